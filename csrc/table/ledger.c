#include "table/ledger.h"

#include "base/memory.h"

ev_result ev_ledger_open(ev_ledger *ledger, const ev_memory *memory, int measures,
                         ev_row_rule rule)
{
    memset(ledger, 0, sizeof *ledger);
    ev_cells_open(&ledger->cells, memory,
                  sizeof(ev_cell) + (size_t)measures * sizeof(ev_words));
    ev_extras_open(&ledger->extras, memory, ev_extra_of(measures, 0),
                   ledger->cells.items.shift);
    ledger->measures = measures;
    ledger->rule = rule;
    ledger->scales = ev_take_zeros(memory, measures, sizeof *ledger->scales);
    return ledger->scales == NULL ? EV_NO_MEMORY : EV_DONE;
}

void ev_ledger_close(ev_ledger *ledger)
{
    ev_extras_close(&ledger->extras);
    ev_give(&ledger->cells.memory, ledger->scales);
    ledger->scales = NULL;
    ev_cells_close(&ledger->cells);
}

ev_cell_sum ev_ledger_sum(const ev_ledger *ledger, ptrdiff_t number, int measure)
{
    const ev_extras *extras = &ledger->extras;
    const int kind = ev_extra_of(measure, 0);
    ev_cell_sum sum;
    sum.total.sum = ev_join_words(ev_ledger_cell(ledger, number)->sums[measure]);
    sum.total.fine = (uint64_t)ev_extra_get(extras, number, kind + EV_EXTRA_FINE);
    sum.total.wraps = ev_extra_get(extras, number, kind + EV_EXTRA_WRAPS);
    sum.uncounted = ev_extra_get(extras, number, kind + EV_EXTRA_UNCOUNTED);
    return sum;
}

ev_result ev_ledger_set_sum(ev_ledger *ledger, ptrdiff_t number, int measure,
                            const ev_cell_sum *sum)
{
    ev_extras *extras = &ledger->extras;
    const int kind = ev_extra_of(measure, 0);
    const int64_t fine = (int64_t)sum->total.fine;
    ev_ledger_cell(ledger, number)->sums[measure] = ev_split_words(sum->total.sum);
    const int failed =
        ev_extra_set(extras, number, kind + EV_EXTRA_FINE, fine) ||
        ev_extra_set(extras, number, kind + EV_EXTRA_WRAPS, sum->total.wraps) ||
        ev_extra_set(extras, number, kind + EV_EXTRA_UNCOUNTED, sum->uncounted);
    return failed ? EV_NO_MEMORY : EV_DONE;
}

ev_result ev_ledger_add_sum(ev_ledger *ledger, ptrdiff_t number, int measure,
                            const ev_cell_sum *sum)
{
    ev_cell_sum held = ev_ledger_sum(ledger, number, measure);
    ev_total_add(&held.total, &sum->total);
    held.uncounted += sum->uncounted;
    return ev_ledger_set_sum(ledger, number, measure, &held);
}

ev_result ev_ledger_wrapped(ev_ledger *ledger, ptrdiff_t number, int measure, int step)
{
    const int kind = ev_extra_of(measure, EV_EXTRA_WRAPS);
    return ev_extra_set(&ledger->extras, number, kind,
                        ev_extra_get(&ledger->extras, number, kind) + step);
}

ev_result ev_ledger_take_scale(ev_ledger *ledger, int measure, ev_scale scale)
{
    const ev_scale had = ledger->scales[measure];
    ev_scale joint = had;
    ev_result result = ev_scale_join(had, scale, &joint);
    if (result == EV_DONE && had.grain == EV_INTEGER && joint.grain == EV_BINARY) {
        for (ptrdiff_t i = 0; i < ledger->cells.count && result == EV_DONE; i++) {
            ev_cell_sum sum = ev_ledger_sum(ledger, i, measure);
            sum.total = ev_total_rescaled(sum.total, had, joint);
            result = ev_ledger_set_sum(ledger, i, measure, &sum);
        }
    }
    if (result == EV_DONE) {
        ledger->scales[measure] = joint;
    }
    return result;
}
