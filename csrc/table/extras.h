/* Rare int64 values beside numbered items: `count` kinds per item, all 0 until set.
 *
 * The values of one kind lie in blocks of 1 << shift items, made when the first of them
 * is set, so that what no item has takes no memory.
 */
#ifndef EV_EXTRAS_H
#define EV_EXTRAS_H

#include "base/core.h"

typedef struct ev_extras {
    ev_memory memory;
    int64_t **blocks; /* [block * count + kind]; NULL: all 0 */
    ptrdiff_t room;   /* of blocks */
    int count, shift;
} ev_extras;

/* No values yet. */
void ev_extras_open(ev_extras *extras, const ev_memory *memory, int count, int shift);
void ev_extras_close(ev_extras *extras);

/* Sets a value; setting 0 where nothing was set takes no memory. EV_NO_MEMORY. */
ev_result ev_extra_set(ev_extras *extras, ptrdiff_t number, int kind, int64_t value);

/* Whether a value of this kind was ever set. */
int ev_extras_has(const ev_extras *extras, int kind);

EV_INLINE int64_t ev_extra_get(const ev_extras *extras, ptrdiff_t number, int kind)
{
    const ptrdiff_t at = (number >> extras->shift) * extras->count + kind;
    const int64_t *values = at < extras->room ? extras->blocks[at] : NULL;
    return values == NULL ? 0 : values[number & (((ptrdiff_t)1 << extras->shift) - 1)];
}

#endif
