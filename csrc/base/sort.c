#include "base/sort.h"

#include "base/memory.h"

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };

static int digit_of(uint64_t word, int shift)
{
    return (int)(word >> shift & (DIGITS - 1));
}

/* One stable pass from a to b by the digit at `shift`. */
static void pass(const uint64_t *restrict from, const uint32_t *restrict from_items,
                 uint64_t *restrict to, uint32_t *restrict to_items, ptrdiff_t n,
                 int shift)
{
    ptrdiff_t starts[DIGITS] = {0};
    ptrdiff_t sum = 0;
    for (ptrdiff_t i = 0; i < n; i++) {
        starts[digit_of(from[i], shift)]++;
    }
    for (int d = 0; d < DIGITS; d++) {
        const ptrdiff_t count = starts[d];
        starts[d] = sum;
        sum += count;
    }
    for (ptrdiff_t i = 0; i < n; i++) {
        const ptrdiff_t at = starts[digit_of(from[i], shift)]++;
        to[at] = from[i];
        to_items[at] = from_items[i];
    }
}

ev_result ev_sort(const ev_memory *memory, uint64_t *restrict words,
                  uint32_t *restrict items, ptrdiff_t n)
{
    uint64_t *other = ev_take(memory, n, sizeof *other);
    uint32_t *other_items = ev_take(memory, n, sizeof *other_items);
    const int ready = other != NULL && other_items != NULL;
    uint64_t *from = words, *to = other;
    uint32_t *from_items = items, *to_items = other_items;
    uint64_t differ = 0;
    int sorted = 1;
    for (ptrdiff_t i = 1; i < n; i++) {
        differ |= words[i] ^ words[0];
        sorted &= words[i - 1] <= words[i];
    }
    for (int shift = 0; ready && !sorted && shift < 64; shift += DIGIT_BITS) {
        if ((differ >> shift & (DIGITS - 1)) != 0) {
            pass(from, from_items, to, to_items, n, shift);
            uint64_t *swapped = from;
            uint32_t *swapped_items = from_items;
            from = to;
            from_items = to_items;
            to = swapped;
            to_items = swapped_items;
        }
    }
    if (ready && from != words) {
        memcpy(words, from, (size_t)n * sizeof *words);
        memcpy(items, from_items, (size_t)n * sizeof *items);
    }
    ev_give(memory, other);
    ev_give(memory, other_items);
    return ready ? EV_DONE : EV_NO_MEMORY;
}
