/* Dictionaries of labels, against a list that is searched from its beginning: batches of
 * integers or texts in every layout, nulls, and merging. */
#include "fuzz.h"
#include "table/keys.h"

enum { MOST_ROWS = 40, MOST_LABELS = 400, MOST_TEXT = 40, POOL = 1 << 13 };

typedef struct label {
    int null, size;
    int64_t value;
    uint8_t text[MOST_TEXT];
} label;

/* The model: labels in order of first appearance. */
typedef struct list {
    label labels[MOST_LABELS];
    int count;
} list;

static int same_label(const label *a, const label *b)
{
    return a->null == b->null &&
           (a->null || (a->value == b->value && a->size == b->size &&
                        memcmp(a->text, b->text, (size_t)a->size) == 0));
}

static int code_in(list *known, const label *wanted)
{
    int code = 0;
    while (code < known->count && !same_label(&known->labels[code], wanted)) {
        code++;
    }
    if (code == known->count) {
        known->labels[known->count++] = *wanted;
    }
    return code;
}

/* Words that share long beginnings and ends, of all lengths, also beyond ASCII. */
static label take_text(input *in)
{
    label made = {0};
    const int first = take_byte(in), middle = take_byte(in);
    made.size = first % MOST_TEXT;
    memset(made.text, 'a' + middle % 3, sizeof made.text);
    if (made.size > 0) {
        made.text[take_byte(in) % made.size] = (uint8_t)('A' + middle / 3 % 26);
    }
    if (made.size > 2 && first % 5 == 0) { /* two bytes, maybe of one letter */
        const int at = middle % (made.size - 1);
        made.text[at] = 0xc3;
        made.text[at + 1] = (uint8_t)(0x80 + middle % 128); /* not UTF-8 from 0xc0 on */
    }
    return made;
}

static int is_utf8(const label *l)
{
    for (int i = 0; i < l->size; i++) {
        const int next = i + 1 < l->size ? l->text[i + 1] : 0;
        if (l->text[i] == 0xc3 && next >= 0x80 && next < 0xc0) {
            i++;
        }
        else if (l->text[i] >= 0x80) {
            return 0;
        }
    }
    return 1;
}

/* ---- a batch of rows as a column, in one of four layouts ---- */

typedef struct batch {
    label rows[MOST_ROWS];
    int count;
    uint8_t valid[MOST_ROWS / 8 + 1];
    int64_t integers[MOST_ROWS];
    int64_t wide_ends[MOST_ROWS + 1];
    int32_t ends[MOST_ROWS + 1];
    uint8_t bytes[POOL], views[MOST_ROWS][16], codes[MOST_ROWS];
    const void *blocks[1];
    int64_t sizes[1];
    ev_column words;
} batch;

static void put_text(batch *b, int i)
{
    const label *row = &b->rows[i];
    const int32_t size = row->size, at[2] = {0, b->ends[i]};
    memcpy(b->bytes + b->ends[i], row->text, (size_t)size);
    b->ends[i + 1] = b->ends[i] + size;
    b->wide_ends[i + 1] = b->ends[i + 1];
    memcpy(b->views[i], &size, 4);
    memcpy(b->views[i] + 4, row->text, size > 12 ? 4 : (size_t)size);
    if (size > 12) {
        memcpy(b->views[i] + 8, at, sizeof at);
    }
}

static ev_column take_batch(input *in, int texts, batch *b)
{
    memset(b, 0, sizeof *b);
    const int layout = take_below(in, 4);
    b->count = take_below(in, MOST_ROWS) + 1;
    for (int i = 0; i < b->count; i++) {
        const int kind = take_below(in, 8);
        if (kind > 0 && kind < 4 && i > 0) { /* a row seen before */
            b->rows[i] = b->rows[take_below(in, i)];
        }
        else if (texts) {
            b->rows[i] = take_text(in);
        }
        else {
            b->rows[i].value = take_integer(in);
        }
        b->rows[i].null = kind == 0;
        b->valid[i / 8] |= (uint8_t)((kind != 0) << (i % 8));
        b->integers[i] = b->rows[i].value;
        b->codes[i] = (uint8_t)i;
        put_text(b, i);
    }
    b->blocks[0] = b->bytes;
    b->sizes[0] = b->ends[b->count];
    ev_column column = {.type = EV_COL_I64, .length = b->count, .data = b->integers};
    if (texts && layout == 0) {
        column = (ev_column){.type = EV_COL_TEXT_VIEW, .length = b->count, .data = b->views,
                             .blocks = b->blocks, .block_sizes = b->sizes, .block_count = 1};
    }
    else if (texts) {
        column.type = layout == 1 ? EV_COL_LARGE_TEXT : EV_COL_TEXT;
        column.data = b->bytes;
        column.offsets = layout == 1 ? (const void *)b->wide_ends : b->ends;
    }
    if (layout == 3) { /* coded: each row is a word of its own */
        b->words = column;
        column = (ev_column){.type = EV_COL_U8, .length = b->count, .data = b->codes,
                             .dictionary = &b->words};
    }
    column.valid = b->valid;
    return column;
}

/* ---- the operations ---- */

static void check_labels(const ev_keys *keys, const list *known)
{
    int32_t order[MOST_LABELS];
    REQUIRE(keys->count == known->count);
    for (int32_t code = 0; code < keys->count; code++) {
        const label *wanted = &known->labels[code];
        const uint8_t *text = NULL;
        REQUIRE(wanted->null == (code == keys->null_code));
        if (!wanted->null && keys->kind == EV_TEXT_KEY) {
            REQUIRE(ev_keys_text(keys, code, &text) == wanted->size);
            REQUIRE(memcmp(text, wanted->text, (size_t)wanted->size) == 0);
        }
        else if (!wanted->null) {
            REQUIRE(keys->marks[code] == wanted->value);
        }
    }
    REQUIRE(ev_keys_sort(keys, order) == EV_DONE);
    for (int i = 1; i < keys->count; i++) {
        const label *a = &known->labels[order[i - 1]], *b = &known->labels[order[i]];
        const size_t least = (size_t)(a->size < b->size ? a->size : b->size);
        const int text = memcmp(a->text, b->text, least);
        REQUIRE(!a->null);
        REQUIRE(b->null || a->value < b->value ||
                (a->value == b->value &&
                 (text < 0 || (text == 0 && a->size < b->size))));
    }
}

/* Encodes a batch; 0 if it holds a text that is not UTF-8, which must be told. */
static int encode(ev_keys *keys, list *known, input *in, int texts)
{
    static batch b;
    const ev_column column = take_batch(in, texts, &b);
    int32_t codes[MOST_ROWS];
    ev_key_place place;
    int bad = -1;
    for (int i = b.count - 1; i >= 0; i--) {
        bad = !b.rows[i].null && !is_utf8(&b.rows[i]) ? i : bad;
    }
    REQUIRE(ev_keys_begin(keys, &column) == EV_DONE);
    const ev_result result = ev_keys_encode(keys, 0, b.count, codes, &place);
    REQUIRE(result == (bad < 0 ? EV_DONE : EV_BAD_VALUE));
    REQUIRE(bad < 0 || (place.row == bad && place.byte >= 0));
    for (int i = 0; i < b.count && bad < 0; i++) {
        REQUIRE(codes[i] == code_in(known, &b.rows[i]));
    }
    return bad < 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static list known[2];
    input in = {data, size};
    counting count;
    const ev_memory memory = counting_memory(&count);
    const int texts = take_below(&in, 2);
    ev_keys keys[2];
    int good = 1;
    for (int k = 0; k < 2; k++) {
        ev_keys_open(&keys[k], &memory);
        known[k].count = 0;
    }
    for (int step = 0; step < 4 && good && in.left > 0; step++) {
        const int k = step % 2;
        good = encode(&keys[k], &known[k], &in, texts);
        if (good) {
            check_labels(&keys[k], &known[k]);
        }
    }
    if (good) {
        int32_t codes[MOST_LABELS];
        REQUIRE(ev_keys_merge(&keys[0], &keys[1], codes) == EV_DONE);
        for (int code = 0; code < known[1].count; code++) {
            REQUIRE(codes[code] == code_in(&known[0], &known[1].labels[code]));
            REQUIRE(ev_keys_hash(&keys[0], codes[code], 7) == ev_keys_hash(&keys[1], code, 7));
        }
        check_labels(&keys[0], &known[0]);
    }
    ev_keys_close(&keys[0]);
    ev_keys_close(&keys[1]);
    REQUIRE(count.blocks == 0);
    return 0;
}
