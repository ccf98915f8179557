#include "columns/column.h"

static const ev_type_facts types[EV_COL_TYPES] = {
    [EV_COL_NULL] = {"null", "n", 0},
    [EV_COL_BOOL] = {"bool", "b", 0},
    [EV_COL_I8] = {"int8", "c", 1},
    [EV_COL_I16] = {"int16", "s", 2},
    [EV_COL_I32] = {"int32", "i", 4},
    [EV_COL_I64] = {"int64", "l", 8},
    [EV_COL_U8] = {"uint8", "C", 1},
    [EV_COL_U16] = {"uint16", "S", 2},
    [EV_COL_U32] = {"uint32", "I", 4},
    [EV_COL_U64] = {"uint64", "L", 8},
    [EV_COL_F32] = {"float32", "f", 4},
    [EV_COL_F64] = {"float64", "g", 8},
    [EV_COL_DECIMAL128] = {"decimal128", NULL, 16},
    [EV_COL_DATE32] = {"date32", "tdD", 4},
    [EV_COL_DATE64] = {"date64", "tdm", 8},
    [EV_COL_TIME_S] = {"timestamp[s]", "tss:", 8},
    [EV_COL_TIME_MS] = {"timestamp[ms]", "tsm:", 8},
    [EV_COL_TIME_US] = {"timestamp[us]", "tsu:", 8},
    [EV_COL_TIME_NS] = {"timestamp[ns]", "tsn:", 8},
    [EV_COL_TEXT] = {"utf8", "u", 0},
    [EV_COL_LARGE_TEXT] = {"large_utf8", "U", 0},
    [EV_COL_TEXT_VIEW] = {"utf8_view", "vu", 16},
};

const ev_type_facts *ev_column_facts(ev_column_type type) { return &types[type]; }

int ev_type_of_format(const char *format, ev_column_type *type)
{
    int found = 0;
    for (int i = 0; i < EV_COL_TYPES && !found; i++) {
        found = types[i].format != NULL && strcmp(types[i].format, format) == 0;
        *type = found ? (ev_column_type)i : *type;
    }
    return found;
}

int ev_all_set(const uint8_t *bits, ptrdiff_t from, ptrdiff_t count)
{
    const ptrdiff_t end = from + count;
    int all = 1;
    for (ptrdiff_t i = from; i < end && all;) {
        const int whole = (i & 7) == 0 && i + 8 <= end;
        all = whole ? bits[i >> 3] == 0xff : ev_bit_at(bits, i);
        i += whole ? 8 : 1;
    }
    return all;
}

#define WIDEN(type)                                                                      \
    for (ptrdiff_t i = 0; i < n; i++) {                                                  \
        type item;                                                                       \
        memcpy(&item, (const char *)column->data + (at + i) * (ptrdiff_t)sizeof item,    \
               sizeof item);                                                             \
        to[i] = item;                                                                    \
    }                                                                                    \
    break

void ev_integers_read(const ev_column *column, ptrdiff_t start, ptrdiff_t n,
                      int64_t *restrict to)
{
    const ptrdiff_t at = column->offset + start;
    switch (column->type) {
    case EV_COL_BOOL:
        for (ptrdiff_t i = 0; i < n; i++) {
            to[i] = ev_bit_at(column->data, at + i);
        }
        break;
    case EV_COL_I8:
        WIDEN(int8_t);
    case EV_COL_I16:
        WIDEN(int16_t);
    case EV_COL_I32:
    case EV_COL_DATE32:
        WIDEN(int32_t);
    case EV_COL_U8:
        WIDEN(uint8_t);
    case EV_COL_U16:
        WIDEN(uint16_t);
    case EV_COL_U32:
        WIDEN(uint32_t);
    default:
        memcpy(to, (const char *)column->data + at * 8, (size_t)n * sizeof *to);
        break;
    }
}

ev_result ev_text_of_view(const ev_column *column, ptrdiff_t row, const uint8_t **text,
                          ptrdiff_t *size)
{
    /* int32 size, then up to 12 bytes of text, or 4 bytes of it, block and offset. */
    const uint8_t *view = (const uint8_t *)column->data + (column->offset + row) * 16;
    int32_t words[4];
    memcpy(words, view, sizeof words);
    int outside = words[0] < 0;
    *size = words[0];
    *text = view + 4;
    if (words[0] > 12) {
        const int32_t block = words[2], offset = words[3];
        outside = block < 0 || block >= column->block_count || offset < 0 ||
                  column->blocks[block] == NULL ||
                  column->block_sizes[block] - offset < words[0];
        *text = outside ? NULL : (const uint8_t *)column->blocks[block] + offset;
    }
    return outside ? EV_BAD_VALUE : EV_DONE;
}

void ev_decimals_read(const ev_column *column, ptrdiff_t start, ptrdiff_t n,
                      ev_words *restrict to)
{
    const uint8_t *from = (const uint8_t *)column->data + (column->offset + start) * 16;
    for (ptrdiff_t i = 0; i < n; i++, from += 16) {
        /* The words are in the order of the machine's bytes. */
        uint64_t words[2];
        memcpy(words, from, sizeof words);
        to[i].lo = words[EV_LITTLE_ENDIAN ? 0 : 1];
        to[i].hi = (int64_t)words[EV_LITTLE_ENDIAN ? 1 : 0];
    }
}
