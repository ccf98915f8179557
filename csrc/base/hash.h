/* One hash for whole words, used by every table of the engine.
 *
 * A slot of a table has 64 bits: the upper half of the hash and the number of an entry
 * plus one; 0 is an empty slot. The lower half of the hash gives the place to look, so
 * the slot of another entry is skipped without reading that entry. Tables are at most
 * half full and probe the next slot.
 */
#ifndef EV_HASH_H
#define EV_HASH_H

#include <string.h>

#include "base/core.h"
#include "base/wide.h"

/* Multipliers: odd, with half their bits set. */
#define EV_HASH_A UINT64_C(0x9e3779b97f4a7c15)
#define EV_HASH_B UINT64_C(0xd1342543de82ef95)

/* The two halves of the product: every bit of the words affects all others. */
EV_INLINE uint64_t ev_fold(uint64_t a, uint64_t b)
{
    const ev_wide product = ev_wide_product(a, b);
    return ev_wide_low(product) ^ ev_wide_high(product);
}

EV_INLINE uint64_t ev_hash_word(uint64_t word, uint64_t seed)
{
    return ev_fold(ev_fold(word ^ seed, EV_HASH_A), EV_HASH_B);
}

EV_INLINE uint64_t ev_word_at(const uint8_t *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

EV_INLINE uint64_t ev_half_at(const uint8_t *p)
{
    uint32_t half;
    memcpy(&half, p, sizeof half);
    return half;
}

/* The first and the last word of a text, which may overlap. They distinguish texts of
 * one size of up to 16 bytes. Reads only the bytes of the text. */
typedef struct ev_ends {
    uint64_t first;
    uint64_t last;
} ev_ends;

enum { EV_ENDS_REACH = 16 };

EV_INLINE ev_ends ev_ends_of_text(const uint8_t *text, ptrdiff_t size)
{
    ev_ends ends = {0, 0};
    if (EV_LIKELY(size >= 8)) {
        ends = (ev_ends){ev_word_at(text), ev_word_at(text + size - 8)};
    }
    else if (size >= 4) {
        ends = (ev_ends){ev_half_at(text), ev_half_at(text + size - 4)};
    }
    else if (size > 0) {
        ends.first = (uint64_t)text[0] << 16 | (uint64_t)text[size / 2] << 8 |
                     text[size - 1];
    }
    return ends;
}

EV_INLINE uint64_t ev_hash_text(const uint8_t *text, ptrdiff_t size, ev_ends ends,
                                uint64_t seed)
{
    uint64_t hash = seed ^ ((uint64_t)size * EV_HASH_B);
    for (ptrdiff_t i = 8; i + 8 < size; i += 8) {
        hash = ev_fold(hash ^ ev_word_at(text + i), EV_HASH_A);
    }
    return ev_fold(ev_fold(hash ^ ends.first, EV_HASH_A) ^ ends.last, EV_HASH_B);
}

EV_INLINE uint64_t ev_slot(uint64_t hash, ptrdiff_t number)
{
    return (hash & UINT64_C(0xffffffff00000000)) | (uint32_t)(number + 1);
}

EV_INLINE int ev_slot_may_be(uint64_t slot, uint64_t hash)
{
    return (slot ^ hash) >> 32 == 0;
}

EV_INLINE ptrdiff_t ev_slot_number(uint64_t slot)
{
    return (ptrdiff_t)(uint32_t)slot - 1;
}

#endif
