/* A dictionary of one key: text or integers to codes 0, 1, 2 ... in order of first
 * appearance. Null is a category of its own.
 */
#ifndef EV_KEYS_H
#define EV_KEYS_H

#include "columns/column.h"
#include "base/hash.h"

typedef enum ev_key_kind { EV_NO_KEY, EV_TEXT_KEY, EV_INTEGER_KEY } ev_key_kind;

typedef struct ev_keys {
    ev_memory memory;
    ev_key_kind kind;  /* EV_NO_KEY while only nulls were seen */
    ptrdiff_t count;   /* labels, including null */
    int32_t null_code; /* -1: no null was seen */
    int64_t *marks;    /* text: where it starts in the pool, and one past the last;
                          integers: the value; null: an empty text or 0 */
    ptrdiff_t mark_room;
    ev_ends *ends;     /* text: the first and last word of each label */
    ptrdiff_t end_room;
    uint8_t *pool;
    ptrdiff_t pool_size, pool_room;
    uint64_t *slots;   /* see hash.h */
    uint64_t mask, seed;
    const ev_column *column; /* the column being read */
    int32_t *words;    /* coded column: the code of each word of its dictionary, or -1 */
    ptrdiff_t word_room;
} ev_keys;

/* Where a column cannot be read: the row, from 0; for text that is not UTF-8 also the
 * position and value of the first wrong byte, else byte is -1. */
typedef struct ev_key_place {
    ptrdiff_t row;
    ptrdiff_t byte;
    int value;
} ev_key_place;

/* An empty dictionary; it must not be moved while in use. */
void ev_keys_open(ev_keys *keys, const ev_memory *memory);
void ev_keys_close(ev_keys *keys);

/* Sets the column that ev_keys_encode reads from now on; it must outlive the reading.
 * It holds text, integers, booleans (0 and 1) or nulls, plain or coded. EV_BAD_FORMAT
 * for other types, and for text after integers or the reverse. */
ev_result ev_keys_begin(ev_keys *keys, const ev_column *column);

/* Codes of the rows start .. start + n - 1. EV_BAD_VALUE: text that is not UTF-8 (byte
 * >= 0), or an index or offset outside the column (byte -1); EV_RANGE: an integer
 * outside int64, or 2^31 - 1 labels or more. The words of a dictionary are encoded once
 * per batch, and only words that rows use become labels. */
ev_result ev_keys_encode(ev_keys *keys, ptrdiff_t start, ptrdiff_t n,
                         int32_t *restrict codes, ev_key_place *place);

/* Adds the labels of `from`, which is not changed: codes[c] is the code in `into` for
 * its code c. Results as ev_keys_begin and ev_keys_encode. */
ev_result ev_keys_merge(ev_keys *into, const ev_keys *from, int32_t *restrict codes);

/* The codes in the order of their labels: integers by value, text by code point, null
 * last. EV_NO_MEMORY. */
ev_result ev_keys_sort(const ev_keys *keys, int32_t *restrict order);

/* A hash of a label that depends on nothing but the label and the seed. */
uint64_t ev_keys_hash(const ev_keys *keys, int32_t code, uint64_t seed);

/* The bytes of a text label; *text points into the pool. */
ptrdiff_t ev_keys_text(const ev_keys *keys, int32_t code, const uint8_t **text);

#endif
