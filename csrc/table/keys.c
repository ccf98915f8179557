#include "table/keys.h"

#include "table/cells.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "table/values.h"

void ev_keys_open(ev_keys *keys, const ev_memory *memory)
{
    memset(keys, 0, sizeof *keys);
    keys->memory = *memory;
    keys->null_code = -1;
    keys->seed = ev_hash_word((uint64_t)(uintptr_t)keys, memory->seed);
}

void ev_keys_close(ev_keys *keys)
{
    ev_give(&keys->memory, keys->marks);
    ev_give(&keys->memory, keys->ends);
    ev_give(&keys->memory, keys->pool);
    ev_give(&keys->memory, keys->slots);
    ev_give(&keys->memory, keys->words);
    memset(keys, 0, sizeof *keys);
}

ptrdiff_t ev_keys_text(const ev_keys *keys, int32_t code, const uint8_t **text)
{
    *text = keys->pool + keys->marks[code];
    return (ptrdiff_t)(keys->marks[code + 1] - keys->marks[code]);
}

/* ---- the table ---- */

EV_INLINE uint64_t hash_integer(const ev_keys *keys, int64_t value)
{
    return ev_hash_word((uint64_t)value, keys->seed);
}

uint64_t ev_keys_hash(const ev_keys *keys, int32_t code, uint64_t seed)
{
    const uint8_t *text = NULL;
    uint64_t hash = ~seed; /* of null */
    if (code != keys->null_code && keys->kind == EV_TEXT_KEY) {
        const ptrdiff_t size = ev_keys_text(keys, code, &text);
        hash = ev_hash_text(text, size, keys->ends[code], seed);
    }
    else if (code != keys->null_code) {
        hash = ev_hash_word((uint64_t)keys->marks[code], seed);
    }
    return hash;
}

static ev_result rehash(ev_keys *keys, ptrdiff_t expected)
{
    ptrdiff_t capacity = 1024;
    while (capacity < 4 * expected) {
        capacity *= 2;
    }
    uint64_t *slots = ev_take_zeros(&keys->memory, capacity, sizeof *slots);
    if (slots != NULL) {
        ev_give(&keys->memory, keys->slots);
        keys->slots = slots;
        keys->mask = (uint64_t)capacity - 1;
        for (int32_t code = 0; code < keys->count; code++) {
            if (code != keys->null_code) {
                const uint64_t hash = ev_keys_hash(keys, code, keys->seed);
                uint64_t at = hash & keys->mask;
                while (slots[at] != 0) {
                    at = (at + 1) & keys->mask;
                }
                slots[at] = ev_slot(hash, code);
            }
        }
    }
    return slots == NULL ? EV_NO_MEMORY : EV_DONE;
}

/* Makes room for n more labels, but not for their text. */
static ev_result make_room(ev_keys *keys, ptrdiff_t n)
{
    const ptrdiff_t needed = keys->count + n;
    ev_result result = needed >= INT32_MAX ? EV_RANGE : EV_DONE;
    if (result == EV_DONE && needed + 1 > keys->mark_room) {
        const int first = keys->marks == NULL;
        result = ev_grow(&keys->memory, (void **)&keys->marks, &keys->mark_room,
                         needed + 1, sizeof *keys->marks);
        if (result == EV_DONE && first) {
            keys->marks[0] = 0;
        }
    }
    if (result == EV_DONE && keys->kind != EV_INTEGER_KEY) {
        result = ev_grow(&keys->memory, (void **)&keys->ends, &keys->end_room, needed,
                         sizeof *keys->ends);
    }
    if (result == EV_DONE &&
        (keys->slots == NULL || 2 * (uint64_t)needed > keys->mask)) {
        result = rehash(keys, needed);
    }
    return result;
}

/* make_room was called before. */
static int32_t new_label(ev_keys *keys, int64_t value)
{
    const ptrdiff_t code = keys->count++;
    if (keys->kind == EV_INTEGER_KEY) {
        keys->marks[code] = value;
    }
    else {
        keys->marks[code + 1] = keys->pool_size;
    }
    return (int32_t)code;
}

static int32_t code_of_null(ev_keys *keys)
{
    if (keys->null_code < 0) {
        keys->null_code = new_label(keys, 0);
    }
    return keys->null_code;
}

EV_INLINE int32_t code_of_integer(ev_keys *keys, int64_t value, uint64_t hash)
{
    uint64_t at = hash & keys->mask;
    while (keys->slots[at] != 0 &&
           !(ev_slot_may_be(keys->slots[at], hash) &&
             keys->marks[ev_slot_number(keys->slots[at])] == value)) {
        at = (at + 1) & keys->mask;
    }
    if (EV_UNLIKELY(keys->slots[at] == 0)) {
        keys->slots[at] = ev_slot(hash, new_label(keys, value));
    }
    return (int32_t)ev_slot_number(keys->slots[at]);
}

static ev_result new_text(ev_keys *keys, const uint8_t *text, ptrdiff_t size,
                          ev_ends ends, int32_t *code, ev_key_place *place)
{
    ev_result result = EV_DONE;
    const ptrdiff_t fault = ev_utf8_fault(text, size);
    if (fault >= 0) {
        place->byte = fault;
        place->value = text[fault];
        result = EV_BAD_VALUE;
    }
    else {
        result = ev_grow(&keys->memory, (void **)&keys->pool, &keys->pool_room,
                         keys->pool_size + size + 1, 1);
    }
    if (result == EV_DONE) {
        if (size > 0) {
            memcpy(keys->pool + keys->pool_size, text, (size_t)size);
        }
        keys->pool_size += size;
        keys->ends[keys->count] = ends;
        *code = new_label(keys, 0);
    }
    return result;
}

/* Whether a label is this text. The ends decide, unless bytes between them are left. */
EV_INLINE int is_label(const ev_keys *keys, ptrdiff_t code, const uint8_t *text,
                       ptrdiff_t size, ev_ends ends)
{
    const int64_t start = keys->marks[code];
    return keys->ends[code].first == ends.first && keys->ends[code].last == ends.last &&
           keys->marks[code + 1] - start == size &&
           (EV_LIKELY(size <= EV_ENDS_REACH) ||
            memcmp(keys->pool + start, text, (size_t)size) == 0);
}

EV_INLINE ev_result code_of_text(ev_keys *keys, const uint8_t *text, ptrdiff_t size,
                                 ev_ends ends, uint64_t hash, int32_t *code,
                                 ev_key_place *place)
{
    uint64_t at = hash & keys->mask;
    ev_result result = EV_DONE;
    while (keys->slots[at] != 0 &&
           !(ev_slot_may_be(keys->slots[at], hash) &&
             is_label(keys, ev_slot_number(keys->slots[at]), text, size, ends))) {
        at = (at + 1) & keys->mask;
    }
    if (EV_UNLIKELY(keys->slots[at] == 0)) {
        result = new_text(keys, text, size, ends, code, place);
        if (result == EV_DONE) {
            keys->slots[at] = ev_slot(hash, *code);
        }
    }
    else {
        *code = (int32_t)ev_slot_number(keys->slots[at]);
    }
    return result;
}

/* ---- columns to codes ---- */

ev_result ev_keys_begin(ev_keys *keys, const ev_column *column)
{
    const ev_column *values = column->dictionary != NULL ? column->dictionary : column;
    const ev_key_kind kind = ev_is_text(values->type)         ? EV_TEXT_KEY
                             : ev_is_integer(values->type) ? EV_INTEGER_KEY
                                                           : EV_NO_KEY;
    ev_result result = EV_DONE;
    if ((kind == EV_NO_KEY && values->type != EV_COL_NULL) ||
        (kind != EV_NO_KEY && keys->kind != EV_NO_KEY && keys->kind != kind)) {
        result = EV_BAD_FORMAT;
    }
    else if (column->dictionary != NULL) {
        result = ev_grow(&keys->memory, (void **)&keys->words, &keys->word_room,
                         values->length, sizeof *keys->words);
        for (ptrdiff_t i = 0; result == EV_DONE && i < values->length; i++) {
            keys->words[i] = -1;
        }
    }
    if (result == EV_DONE) {
        /* A null seen before any value has 0 as its mark, for either kind. */
        if (keys->kind == EV_NO_KEY) {
            keys->kind = kind;
        }
        keys->column = column;
    }
    return result;
}

/* The functions below take n <= EV_BLOCK rows; make_room was called before. */

/* For a table in the cache: row by row. */
static ev_result encode_near(ev_keys *keys, const ev_column *column, ptrdiff_t start,
                             ptrdiff_t n, int32_t *restrict codes, ev_key_place *place)
{
    ev_result result = EV_DONE;
    for (ptrdiff_t i = 0; i < n && result == EV_DONE; i++) {
        const uint8_t *text = NULL;
        ptrdiff_t size = 0;
        if (!ev_has_value(column, start + i)) {
            codes[i] = code_of_null(keys);
        }
        else {
            result = ev_text_at(column, start + i, &text, &size);
            if (EV_LIKELY(result == EV_DONE)) {
                const ev_ends ends = ev_ends_of_text(text, size);
                const uint64_t hash = ev_hash_text(text, size, ends, keys->seed);
                result = code_of_text(keys, text, size, ends, hash, &codes[i], place);
            }
            if (EV_UNLIKELY(result != EV_DONE)) {
                place->row = start + i;
            }
        }
    }
    return result;
}

/* For a table larger than the cache: all hashes first, so that slots are prefetched. */
static ev_result encode_far(ev_keys *keys, const ev_column *column, ptrdiff_t start,
                            ptrdiff_t n, int32_t *restrict codes, ev_key_place *place)
{
    enum { NOTHING = -1 };
    const uint8_t *texts[EV_BLOCK];
    ptrdiff_t sizes[EV_BLOCK];
    ev_ends ends[EV_BLOCK];
    uint64_t hashes[EV_BLOCK];
    ev_result result = EV_DONE;
    for (ptrdiff_t i = 0; i < n && result == EV_DONE; i++) {
        sizes[i] = NOTHING;
        place->row = start + i;
        if (ev_has_value(column, start + i)) {
            result = ev_text_at(column, start + i, &texts[i], &sizes[i]);
        }
        if (result == EV_DONE && sizes[i] != NOTHING) {
            ends[i] = ev_ends_of_text(texts[i], sizes[i]);
            hashes[i] = ev_hash_text(texts[i], sizes[i], ends[i], keys->seed);
            EV_PREFETCH(&keys->slots[hashes[i] & keys->mask]);
        }
    }
    for (ptrdiff_t i = 0; i < n && result == EV_DONE; i++) {
        place->row = start + i;
        if (sizes[i] == NOTHING) {
            codes[i] = code_of_null(keys);
        }
        else {
            result = code_of_text(keys, texts[i], sizes[i], ends[i], hashes[i], &codes[i],
                                  place);
        }
    }
    return result;
}

static ev_result encode_texts(ev_keys *keys, const ev_column *column, ptrdiff_t start,
                              ptrdiff_t n, int32_t *restrict codes, ev_key_place *place)
{
    enum { NEAR = 1 << 16 }; /* slots: half a megabyte */
    return keys->mask < NEAR ? encode_near(keys, column, start, n, codes, place)
                             : encode_far(keys, column, start, n, codes, place);
}

static ev_result encode_integers(ev_keys *keys, const ev_column *column, ptrdiff_t start,
                                 ptrdiff_t n, int32_t *restrict codes,
                                 ev_key_place *place)
{
    int64_t values[EV_BLOCK];
    uint64_t hashes[EV_BLOCK];
    ev_result result = EV_DONE;
    ev_integers_read(column, start, n, values);
    for (ptrdiff_t i = 0; i < n; i++) {
        hashes[i] = hash_integer(keys, values[i]);
        EV_PREFETCH(&keys->slots[hashes[i] & keys->mask]);
    }
    int have_last = 0;
    for (ptrdiff_t i = 0; i < n && result == EV_DONE; i++) {
        if (!ev_has_value(column, start + i)) {
            codes[i] = code_of_null(keys);
            have_last = 0;
        }
        else if (column->type == EV_COL_U64 && values[i] < 0) {
            result = EV_RANGE;
            *place = (ev_key_place){start + i, -1, 0};
        }
        else if (have_last && values[i] == values[i - 1]) {
            codes[i] = codes[i - 1];
        }
        else {
            codes[i] = code_of_integer(keys, values[i], hashes[i]);
            have_last = 1;
        }
    }
    return result;
}

static ev_result encode_plain(ev_keys *keys, const ev_column *column, ptrdiff_t start,
                              ptrdiff_t n, int32_t *restrict codes, ev_key_place *place)
{
    ev_result result = EV_DONE;
    if (column->type == EV_COL_NULL) {
        for (ptrdiff_t i = 0; i < n; i++) {
            codes[i] = code_of_null(keys);
        }
    }
    else if (keys->kind == EV_TEXT_KEY) {
        result = encode_texts(keys, column, start, n, codes, place);
    }
    else {
        result = encode_integers(keys, column, start, n, codes, place);
    }
    return result;
}

static ev_result encode_coded(ev_keys *keys, const ev_column *column, ptrdiff_t start,
                              ptrdiff_t n, int32_t *restrict codes, ev_key_place *place)
{
    const ev_column *words = column->dictionary;
    int64_t index[EV_BLOCK];
    ev_result result = EV_DONE;
    ev_integers_read(column, start, n, index);
    for (ptrdiff_t i = 0; i < n && result == EV_DONE; i++) {
        if (!ev_has_value(column, start + i)) {
            codes[i] = code_of_null(keys);
        }
        else if (index[i] < 0 || index[i] >= words->length) {
            result = EV_BAD_VALUE;
            *place = (ev_key_place){start + i, -1, 0};
        }
        else {
            int32_t *word = &keys->words[index[i]];
            if (EV_UNLIKELY(*word < 0)) {
                result = encode_plain(keys, words, (ptrdiff_t)index[i], 1, word, place);
                place->row = start + i;
            }
            codes[i] = *word;
        }
    }
    return result;
}

ev_result ev_keys_encode(ev_keys *keys, ptrdiff_t start, ptrdiff_t n,
                         int32_t *restrict codes, ev_key_place *place)
{
    const ev_column *column = keys->column;
    ev_result result = EV_DONE;
    *place = (ev_key_place){start, -1, 0};
    for (ptrdiff_t at = 0; at < n && result == EV_DONE; at += EV_BLOCK) {
        const ptrdiff_t count = n - at < EV_BLOCK ? n - at : EV_BLOCK;
        result = make_room(keys, count);
        if (result == EV_DONE) {
            result = column->dictionary != NULL
                         ? encode_coded(keys, column, start + at, count, codes + at, place)
                         : encode_plain(keys, column, start + at, count, codes + at, place);
        }
    }
    return result;
}

ev_result ev_keys_merge(ev_keys *into, const ev_keys *from, int32_t *restrict codes)
{
    ev_result result = EV_DONE;
    if (into->kind != EV_NO_KEY && from->kind != EV_NO_KEY && into->kind != from->kind) {
        result = EV_BAD_FORMAT;
    }
    else if (into->kind == EV_NO_KEY) {
        into->kind = from->kind;
    }
    for (int32_t code = 0; code < from->count && result == EV_DONE; code++) {
        result = make_room(into, 1);
        if (result != EV_DONE) {
            break;
        }
        if (code == from->null_code) {
            codes[code] = code_of_null(into);
        }
        else if (from->kind == EV_TEXT_KEY) {
            const uint8_t *text = NULL;
            ev_key_place ignored;
            const ptrdiff_t size = ev_keys_text(from, code, &text);
            const ev_ends ends = from->ends[code];
            result = code_of_text(into, text, size, ends,
                                  ev_hash_text(text, size, ends, into->seed), &codes[code],
                                  &ignored);
        }
        else {
            const int64_t value = from->marks[code];
            codes[code] = code_of_integer(into, value, hash_integer(into, value));
        }
    }
    return result;
}

/* ---- order ---- */

/* A label to sort: its first eight bytes, or its value, as an unsigned number. */
typedef struct ev_label {
    uint64_t head;
    int32_t code;
} ev_label;

static uint64_t head_of(const ev_keys *keys, int32_t code)
{
    uint64_t head = 0;
    if (keys->kind == EV_TEXT_KEY) {
        const uint8_t *text = NULL;
        const ptrdiff_t size = ev_keys_text(keys, code, &text);
        for (ptrdiff_t i = 0; i < 8; i++) {
            head = head << 8 | (i < size ? text[i] : 0);
        }
    }
    else {
        head = (uint64_t)keys->marks[code] ^ UINT64_C(1) << 63;
    }
    return head;
}

static int in_order(const ev_keys *keys, ev_label a, ev_label b)
{
    int less = a.head < b.head;
    if (a.head == b.head) { /* texts: no two integers have the same head */
        const uint8_t *text_a = NULL, *text_b = NULL;
        const ptrdiff_t size_a = ev_keys_text(keys, a.code, &text_a);
        const ptrdiff_t size_b = ev_keys_text(keys, b.code, &text_b);
        const ptrdiff_t common = size_a < size_b ? size_a : size_b;
        const int order = common > 0 ? memcmp(text_a, text_b, (size_t)common) : 0;
        less = order < 0 || (order == 0 && size_a < size_b);
    }
    return less;
}

/* Bottom-up merge sort: n log n steps for any labels. */
static ev_label *merge_sorted(const ev_keys *keys, ev_label *labels, ev_label *spare,
                              ptrdiff_t n)
{
    ev_label *from = labels, *to = spare;
    for (ptrdiff_t width = 1; width < n; width *= 2) {
        for (ptrdiff_t start = 0; start < n; start += 2 * width) {
            const ptrdiff_t middle = start + width < n ? start + width : n;
            const ptrdiff_t end = middle + width < n ? middle + width : n;
            ptrdiff_t left = start, right = middle;
            for (ptrdiff_t i = start; i < end; i++) {
                const int takes_right =
                    left >= middle ||
                    (right < end && in_order(keys, from[right], from[left]));
                to[i] = from[takes_right ? right++ : left++];
            }
        }
        ev_label *swapped = from;
        from = to;
        to = swapped;
    }
    return from;
}

ev_result ev_keys_sort(const ev_keys *keys, int32_t *restrict order)
{
    ev_label *labels = ev_take(&keys->memory, 2 * keys->count, sizeof *labels);
    ptrdiff_t n = 0;
    if (labels != NULL) {
        for (int32_t code = 0; code < keys->count; code++) {
            if (code != keys->null_code) {
                labels[n++] = (ev_label){head_of(keys, code), code};
            }
        }
        const ev_label *sorted = merge_sorted(keys, labels, labels + n, n);
        for (ptrdiff_t i = 0; i < n; i++) {
            order[i] = sorted[i].code;
        }
        if (n < keys->count) {
            order[n] = keys->null_code;
        }
    }
    ev_give(&keys->memory, labels);
    return labels == NULL ? EV_NO_MEMORY : EV_DONE;
}
