/* Carries the items of some groups through the kernels of a family, block by block. */

enum { ROWS = 128 / LANES };

/* One number of some items of a block. */
typedef lanes column[ROWS];

/* Which of the families that share a kernel is meant. */
typedef enum method {
    ONLY,
    SYMMETRIC,
    THREE_WAY,
    LASPEYRES,
    PAASCHE,
    BENNET,
    FISHER,
    TORNQVIST,
    SATO_VARTIA,
    OF_PRICE,
    OF_QUANTITY
} method;

/* What is known of the groups of a block while their items pass; all zero before the
 * first item. A family uses as many totals as it names. */
typedef struct state {
    method how;
    lanes keep[5];                  /* what settle leaves for spread */
    lanes status;                   /* a status code in each lane */
    lanes in_both, in_one;          /* counts of items */
    mask absent, negative;          /* set once an item is so */
    mask unpaired, matched;         /* the same */
    sum rest;                       /* the total less the parts given so far */
    sum total[16];                  /* last, so that unused ones are not cleared */
} state;

/* The kernels of a family. `gather` adds items to the state, `settle` makes the numbers
 * of the group of it. Where each item has numbers, `spread` makes them in a second pass.
 * `close` then completes the group. The residual is state->rest in the end. */
typedef struct ev_kernels {
    method how;
    int totals; /* sums over the items */
    void (*gather)(const column *in, ptrdiff_t rows, state *s);
    void (*settle)(state *s, lanes *parts);
    void (*spread)(const column *in, ptrdiff_t rows, state *s, column *out); /* or NULL */
    void (*close)(state *s, lanes *parts);                                   /* or NULL */
} ev_kernels;

/* Gives the lanes of the mask a status. Set the highest code first: the lowest wins. */
EV_INLINE void flag(state *s, mask m, ev_status code)
{
    s->status = choose(m, fill((double)code), s->status);
}

EV_INLINE mask is_ok(const state *s) { return s->status == EV_OK; }

/* Up to LANES groups side by side. */
typedef struct block {
    ptrdiff_t group; /* the first of them */
    ptrdiff_t rows;  /* the most items of any */
    int count;       /* how many there are */
    int even;        /* as many as there are lanes, of one length */
    ptrdiff_t first[LANES]; /* of each, the place of its first item among all items */
    ptrdiff_t items[LANES];
} block;

EV_INLINE double load_one(const char *from)
{
    double x;
    memcpy(&x, from, sizeof x);
    return x;
}

/* Offsets are read here alone: another thread may change them after they were checked.
 * What is no range of the items is none of them. */
static block block_at(const ev_groups *groups, ptrdiff_t group, ptrdiff_t stop)
{
    const int count = stop - group < LANES ? (int)(stop - group) : LANES;
    block b = {group, 0, count, count == LANES && groups->offsets == NULL, {0}, {0}};
    for (int j = 0; j < count; j++) {
        b.first[j] = (group + j) * groups->items;
        b.items[j] = groups->items;
        if (groups->offsets != NULL) {
            const ptrdiff_t first = groups->offsets[group + j];
            const ptrdiff_t end = groups->offsets[group + j + 1];
            const int good = 0 <= first && first <= end && end <= groups->items;
            b.first[j] = good ? first : 0;
            b.items[j] = good ? end - first : 0;
        }
        b.rows = b.items[j] > b.rows ? b.items[j] : b.rows;
    }
    return b;
}

/* Where the number of the first item of a group of a block is. */
EV_INLINE const char *first_number(const ev_operand *operand, const ev_groups *groups,
                                   const block *b, int j)
{
    return operand->first + (groups->offsets != NULL
                                 ? b->first[j] * operand->item_stride
                                 : (b->group + j) * operand->group_stride);
}

/* Each load brings rows from, from + 1 ... of one operand into a column, each store
 * takes them to where numbers of items go. */
#if LANES == 1

static void load(const ev_operand *operand, const ev_groups *groups, const block *b,
                 ptrdiff_t from, ptrdiff_t rows, lanes *restrict to)
{
    const char *item =
        first_number(operand, groups, b, 0) + from * operand->item_stride;
    for (ptrdiff_t k = 0; k < rows; k++, item += operand->item_stride) {
        to[k] = load_one(item);
    }
}

static void store(const lanes *numbers, const block *b, ptrdiff_t from, ptrdiff_t rows,
                  double *restrict to)
{
    memcpy(to + b->first[0] + from, numbers, (size_t)rows * sizeof *to);
}

#else

EV_INLINE lanes load_four(const char *from)
{
    return *(const ev_four_anywhere *)(const void *)from;
}

EV_INLINE void store_four(char *to, lanes x) { *(ev_four_anywhere *)(void *)to = x; }

/* Transposes four by four numbers: rows of `from` become columns of `to`. Both lie that
 * many bytes apart. */
EV_INLINE void transpose(const char *from, ptrdiff_t apart, char *to, ptrdiff_t to_apart)
{
    const lanes a = load_four(from), b = load_four(from + apart);
    const lanes c = load_four(from + 2 * apart), d = load_four(from + 3 * apart);
    const lanes even0 = EV_PICK(a, b, 0, 4, 2, 6), odd0 = EV_PICK(a, b, 1, 5, 3, 7);
    const lanes even1 = EV_PICK(c, d, 0, 4, 2, 6), odd1 = EV_PICK(c, d, 1, 5, 3, 7);
    store_four(to, EV_PICK(even0, even1, 0, 1, 4, 5));
    store_four(to + to_apart, EV_PICK(odd0, odd1, 0, 1, 4, 5));
    store_four(to + 2 * to_apart, EV_PICK(even0, even1, 2, 3, 6, 7));
    store_four(to + 3 * to_apart, EV_PICK(odd0, odd1, 2, 3, 6, 7));
}

/* Four groups of one length. Where the items of a group are neighbours, four rows are
 * read at a time, and the last four may be read twice. */
static void load_even(const char *item, ptrdiff_t across, ptrdiff_t along, ptrdiff_t rows,
                      lanes *restrict to)
{
    if (along == (ptrdiff_t)sizeof(double) && rows >= LANES) {
        for (ptrdiff_t k = 0; k < rows; k += LANES) {
            const ptrdiff_t row = k + LANES <= rows ? k : rows - LANES;
            transpose(item + row * along, across, (char *)(to + row), sizeof *to);
        }
    }
    else {
        for (ptrdiff_t k = 0; k < rows; k++, item += along) {
            to[k] = (lanes){load_one(item), load_one(item + across),
                            load_one(item + 2 * across), load_one(item + 3 * across)};
        }
    }
}

/* A group with fewer items than the block has rows is filled up with zeros, which every
 * family takes for an absent item. */
static void load(const ev_operand *operand, const ev_groups *groups, const block *b,
                 ptrdiff_t from, ptrdiff_t rows, lanes *restrict to)
{
    const ptrdiff_t along = operand->item_stride;
    if (b->even) {
        load_even(first_number(operand, groups, b, 0) + from * along,
                  operand->group_stride, along, rows, to);
    }
    else {
        memset(to, 0, (size_t)rows * sizeof *to);
        for (int j = 0; j < b->count; j++) {
            const ptrdiff_t left = b->items[j] - from;
            const char *item = first_number(operand, groups, b, j) + from * along;
            for (ptrdiff_t k = 0; k < rows && k < left; k++) {
                to[k][j] = load_one(item + k * along);
            }
        }
    }
}

static void store_even(const lanes *numbers, ptrdiff_t rows, ptrdiff_t across,
                       double *restrict to)
{
    for (ptrdiff_t k = 0; k < rows && rows >= LANES; k += LANES) {
        const ptrdiff_t row = k + LANES <= rows ? k : rows - LANES;
        transpose((const char *)(numbers + row), sizeof *numbers, (char *)(to + row),
                  across * (ptrdiff_t)sizeof *to);
    }
    for (int j = 0; j < LANES && rows < LANES; j++) {
        for (ptrdiff_t k = 0; k < rows; k++) {
            to[j * across + k] = numbers[k][j];
        }
    }
}

static void store(const lanes *numbers, const block *b, ptrdiff_t from, ptrdiff_t rows,
                  double *restrict to)
{
    if (b->even) {
        store_even(numbers, rows, b->items[0], to + b->first[0] + from);
    }
    else {
        for (int j = 0; j < b->count; j++) {
            const ptrdiff_t left = b->items[j] - from;
            double *line = to + b->first[j] + from;
            for (ptrdiff_t k = 0; k < rows && k < left; k++) {
                line[k] = numbers[k][j];
            }
        }
    }
}

#endif

EV_INLINE ptrdiff_t rows_from(const block *b, ptrdiff_t from)
{
    return b->rows - from < ROWS ? b->rows - from : ROWS;
}

static void load_all(const ev_explanation *family, const ev_groups *groups,
                     const block *b, ptrdiff_t from, column *columns)
{
    for (int k = 0; k < family->reads; k++) {
        load(&groups->in[k], groups, b, from, rows_from(b, from), columns[k]);
    }
}

static void explain_block(const ev_explanation *family, const ev_groups *groups,
                          const block *b, const ev_explained *to)
{
    const ev_kernels *kernels = family->kernels;
    const int twice = kernels->spread != NULL &&
                      (to->item_parts[0] != NULL || family->item_parts == 0);
    column columns[EV_MOST_READ], items[EV_MOST_PARTS];
    lanes parts[EV_MOST_PARTS];
    state s;
    memset(&s, 0, offsetof(state, total) + (size_t)kernels->totals * sizeof *s.total);
    s.how = kernels->how;
    for (ptrdiff_t from = 0; from < b->rows; from += ROWS) {
        load_all(family, groups, b, from, columns);
        kernels->gather(columns, rows_from(b, from), &s);
    }
    kernels->settle(&s, parts);
    for (ptrdiff_t from = 0; from < b->rows && twice; from += ROWS) {
        if (b->rows > ROWS) { /* else the columns still hold the items */
            load_all(family, groups, b, from, columns);
        }
        kernels->spread(columns, rows_from(b, from), &s, items);
        for (int k = 0; k < family->item_parts; k++) {
            store(items[k], b, from, rows_from(b, from), to->item_parts[k]);
        }
    }
    if (kernels->close != NULL) {
        kernels->close(&s, parts);
    }
    parts[family->parts - 1] = value_of(&s.rest);
    for (int j = 0; j < b->count; j++) {
        for (int k = 0; k < family->parts; k++) {
            to->parts[k][b->group + j] = LANE(parts[k], j);
        }
        to->status[b->group + j] = (uint8_t)LANE(s.status, j);
    }
}

static void explain(const ev_explanation *family, const ev_groups *groups,
                    ptrdiff_t start, ptrdiff_t stop, const ev_explained *to)
{
    for (ptrdiff_t group = start; group < stop; group += LANES) {
        const block b = block_at(groups, group, stop);
        explain_block(family, groups, &b, to);
    }
}
