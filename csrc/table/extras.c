#include "table/extras.h"

#include "base/memory.h"

void ev_extras_open(ev_extras *extras, const ev_memory *memory, int count, int shift)
{
    memset(extras, 0, sizeof *extras);
    extras->memory = *memory;
    extras->count = count;
    extras->shift = shift;
}

void ev_extras_close(ev_extras *extras)
{
    for (ptrdiff_t i = 0; i < extras->room; i++) {
        ev_give(&extras->memory, extras->blocks[i]);
    }
    ev_give(&extras->memory, extras->blocks);
    extras->blocks = NULL;
    extras->room = 0;
}

ev_result ev_extra_set(ev_extras *extras, ptrdiff_t number, int kind, int64_t value)
{
    const ptrdiff_t block = number >> extras->shift, at = block * extras->count + kind;
    const ptrdiff_t items = (ptrdiff_t)1 << extras->shift, had = extras->room;
    ev_result result = EV_DONE;
    if (value != ev_extra_get(extras, number, kind)) {
        result = ev_grow(&extras->memory, (void **)&extras->blocks, &extras->room,
                         at + 1, sizeof *extras->blocks);
        for (ptrdiff_t i = had; i < extras->room; i++) {
            extras->blocks[i] = NULL;
        }
        if (result == EV_DONE && extras->blocks[at] == NULL) {
            extras->blocks[at] = ev_take_zeros(&extras->memory, items, sizeof(int64_t));
            result = extras->blocks[at] == NULL ? EV_NO_MEMORY : EV_DONE;
        }
        if (result == EV_DONE) {
            extras->blocks[at][number & (items - 1)] = value;
        }
    }
    return result;
}

int ev_extras_has(const ev_extras *extras, int kind)
{
    int has = 0;
    for (ptrdiff_t at = kind; at < extras->room && !has; at += extras->count) {
        has = extras->blocks[at] != NULL;
    }
    return has;
}
