#include "table/panel_sums.h"

/* ---- sums of cells at the same place ---- */

ev_result ev_panel_add(const ev_panel_measure *terms, int count, ptrdiff_t n,
                       const ev_panel_measure *into, ptrdiff_t *bad)
{
    ev_result result = EV_DONE;
    for (ptrdiff_t i = 0; i < n && result == EV_DONE; i++) {
        ev_total total = {ev_wide_zero(), 0, 0};
        int64_t counted = 0;
        for (int t = 0; t < count; t++) {
            const ev_total more = ev_panel_total(&terms[t], i, into->scale);
            ev_total_add(&total, &more);
            counted += terms[t].counts[i];
        }
        result = ev_panel_put(into, i, &total, counted);
        *bad = i;
    }
    return result;
}

/* ---- sliding windows ---- */

/* The sum of the cells low .. high - 1. */
typedef struct ev_window {
    ev_total total;
    int64_t count;
    int64_t low, high;
} ev_window;

/* Adds a cell, or with a sign of -1 takes it away. */
EV_INLINE void step(ev_window *window, const ev_panel_measure *of,
                    const uint8_t *restrict known, int64_t cell, int sign)
{
    if (known[cell]) {
        ev_total more = ev_panel_total(of, (ptrdiff_t)cell, of->scale);
        if (sign < 0) {
            ev_total_negate(&more);
        }
        ev_total_add(&window->total, &more);
        window->count += sign * of->counts[cell];
    }
}

/* Moves the window to the cells low .. high - 1; one that goes back is added anew. */
EV_INLINE void move_to(ev_window *window, const ev_panel_measure *of,
                       const uint8_t *restrict known, int64_t low, int64_t high)
{
    if (low < window->low || high < window->high || low >= window->high) {
        *window = (ev_window){.low = low, .high = low};
    }
    for (; window->high < high; window->high++) {
        step(window, of, known, window->high, 1);
    }
    for (; window->low < low; window->low++) {
        step(window, of, known, window->low, -1);
    }
}

ev_result ev_panel_slide(const ev_panel_measure *of, ptrdiff_t cells,
                         const uint8_t *restrict known, const int64_t *restrict first,
                         const int64_t *restrict last, ptrdiff_t n,
                         const ev_panel_measure *into, ptrdiff_t *bad)
{
    ev_window window = {.count = 0};
    ev_result result = EV_DONE;
    for (ptrdiff_t i = 0; i < n && result == EV_DONE; i++) {
        /* Another thread may have changed them since they were checked. */
        const int64_t stop = last[i] < cells ? last[i] + 1 : cells, start = first[i];
        const int64_t low = start < 0 ? 0 : start < cells ? start : cells;
        move_to(&window, of, known, low, stop < low ? low : stop);
        result = ev_panel_put(into, i, &window.total, window.count);
        *bad = i;
    }
    return result;
}

/* ---- look-ups ---- */

/* The first of the cells low .. high - 1, of one series, at or after an ordinal. */
EV_INLINE int64_t find_first(const int64_t *restrict ordinals, int64_t low, int64_t high,
                             int64_t wanted)
{
    int64_t found = low, start;
    if (low < high && ordinals[high - 1] < wanted) {
        found = high;
    }
    else if (low < high && (start = ordinals[low]) < wanted) {
        /* Each cell is at least one period after the one before. */
        const uint64_t away = (uint64_t)wanted - (uint64_t)start;
        const int64_t most = high - 1 - low;
        int64_t after = low + (away < (uint64_t)most ? (int64_t)away : most);
        found = low + 1;
        if (ordinals[after] == wanted) { /* a series without gaps so far */
            found = after;
        }
        while (found < after) {
            const int64_t middle = found + (after - found) / 2;
            if (ordinals[middle] < wanted) {
                found = middle + 1;
            }
            else {
                after = middle;
            }
        }
    }
    return found;
}

void ev_panel_find(const int64_t *restrict indptr, ptrdiff_t count,
                   const int64_t *restrict ordinals, ptrdiff_t cells,
                   const int64_t *restrict series, const int64_t *restrict wanted,
                   ptrdiff_t n, int exact, int64_t *restrict numbers)
{
    for (ptrdiff_t i = 0; i < n; i++) {
        const int64_t of = series[i];
        int64_t found = -1;
        if ((uint64_t)of < (uint64_t)count) {
            const ev_cell_range range = ev_cells_of(indptr, of, cells);
            found = find_first(ordinals, range.first, range.stop, wanted[i]);
            if (exact && (found == range.stop || ordinals[found] != wanted[i])) {
                found = -1;
            }
        }
        numbers[i] = found;
    }
}

/* ---- rows by place ---- */

int ev_rows_offsets(const int64_t *restrict places, ptrdiff_t n, ptrdiff_t count,
                    int64_t *restrict offsets)
{
    int good = 1;
    memset(offsets, 0, (size_t)(count + 1) * sizeof *offsets);
    for (ptrdiff_t i = 0; i < n && good; i++) {
        const int64_t place = places[i];
        good = place >= -1 && place < count;
        offsets[good ? place + 1 : 0]++; /* those left out are counted in the first one */
    }
    offsets[0] = 0;
    for (ptrdiff_t k = 0; k < count; k++) {
        offsets[k + 1] += offsets[k];
    }
    return good;
}

void ev_rows_arrange(const int64_t *restrict places, ptrdiff_t n, ptrdiff_t count,
                     int64_t *restrict offsets, int64_t *restrict order)
{
    const int64_t room = offsets[count];
    /* Each start moves on to the next one's. */
    for (ptrdiff_t i = 0; i < n; i++) {
        const int64_t place = places[i];
        if (place >= 0 && place < count && offsets[place] < room) {
            order[offsets[place]++] = i;
        }
    }
    memmove(offsets + 1, offsets, (size_t)count * sizeof *offsets);
    offsets[0] = 0;
}
