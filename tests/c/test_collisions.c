/* Labels and pairs whose hashes agree in the half that a slot holds: each is compared in
 * full. */
#include "engine.h"
#include "base/hash.h"
#include "table/cells.h"
#include "table/keys.h"

enum { SLOTS = 1024, FILLED = 480, CANDIDATES = 1 << 19, MOST_SIZE = 32 };

static const uint64_t SEED = 77;

/* Families of texts that differ only in their first bytes, their last ones, the bytes
 * between, or there and in size by their number's last bit. */
enum { FIRST, LAST, MIDDLE, RESIZED, FAMILIES };

/* The hash of candidate i of a family. */
typedef uint64_t hash_of(int family, int i);

typedef struct found {
    uint64_t hash;
    int i;
} found;

static int by_half(const void *a, const void *b)
{
    const uint64_t x = ((const found *)a)->hash >> 32, y = ((const found *)b)->hash >> 32;
    return x < y ? -1 : x > y;
}

/* Finds `FILLED` candidates that fill the first slots of a table, then two others that
 * belong there and agree in half: the second one's search meets the first. 0 if there are
 * none. */
static int find_pair(hash_of *hash, int family, int *filling, int pair[2])
{
    static found all[CANDIDATES];
    int filled = 0, count = 0, got = 0;
    for (int i = 0; i < 2 * CANDIDATES && filled < FILLED; i++) {
        if ((hash(family, i) & (SLOTS - 1)) == 0) {
            filling[filled++] = i;
        }
    }
    for (int i = 0; i < CANDIDATES; i++) {
        const uint64_t h = hash(family, i);
        if ((h & (SLOTS - 1)) > 0 && (h & (SLOTS - 1)) < FILLED) {
            all[count++] = (found){h, i};
        }
    }
    qsort(all, (size_t)count, sizeof all[0], by_half);
    for (int k = 1; k < count && !got; k++) {
        got = all[k - 1].hash >> 32 == all[k].hash >> 32 &&
              (family != RESIZED || (all[k - 1].i ^ all[k].i) % 2 != 0);
        pair[0] = all[k - 1].i;
        pair[1] = all[k].i;
    }
    return got && filled == FILLED;
}

/* ---- labels ---- */

static ptrdiff_t text_of(int family, int i, char text[MOST_SIZE])
{
    static const int at[FAMILIES] = {0, 8, 8, 8};
    const ptrdiff_t size = family < MIDDLE ? 16 : family == MIDDLE ? 24 : 24 + i % 2;
    memset(text, '-', MOST_SIZE);
    for (int k = 0; k < 7; k++) {
        text[at[family] + k] = (char)('a' + (i >> 3 * k) % 8);
    }
    return size;
}

static uint64_t hash_of_text(int family, int i)
{
    char text[MOST_SIZE];
    const ptrdiff_t size = text_of(family, i, text);
    const uint8_t *bytes = (const uint8_t *)text;
    return ev_hash_text(bytes, size, ev_ends_of_text(bytes, size), SEED);
}

static int64_t integer_of(int i) { return (int64_t)i * 1000003 - 5; }

static uint64_t hash_of_integer(int family, int i)
{
    (void)family;
    return ev_hash_word((uint64_t)integer_of(i), SEED);
}

/* The code of one text, or of one integer for family FAMILIES. */
static int32_t code_of(ev_keys *keys, int family, int i)
{
    char text[MOST_SIZE];
    const int64_t integer = integer_of(i);
    int32_t ends[] = {0, 0}, code = -1;
    ev_key_place place;
    ev_column column = {.type = EV_COL_I64, .length = 1, .data = &integer};
    if (family < FAMILIES) {
        ends[1] = (int32_t)text_of(family, i, text);
        column = (ev_column){.type = EV_COL_TEXT, .length = 1, .data = text,
                             .offsets = ends};
    }
    CHECK(ev_keys_begin(keys, &column) == EV_DONE);
    CHECK(ev_keys_encode(keys, 0, 1, &code, &place) == EV_DONE);
    return code;
}

static void labels_are_compared_in_full(int family)
{
    static int filling[FILLED];
    int pair[2] = {0, 0};
    counting count;
    const ev_memory memory = counting_memory(&count);
    ev_keys keys;
    ev_keys_open(&keys, &memory);
    keys.seed = SEED; /* else it depends on the address */
    CHECK(find_pair(family < FAMILIES ? hash_of_text : hash_of_integer, family, filling,
                    pair));
    for (int k = 0; k < FILLED; k++) {
        CHECK(code_of(&keys, family, filling[k]) == k);
    }
    CHECK(keys.mask == SLOTS - 1);
    CHECK(code_of(&keys, family, pair[0]) == FILLED);
    CHECK(code_of(&keys, family, pair[1]) == FILLED + 1);
    CHECK(code_of(&keys, family, pair[0]) == FILLED);
    CHECK(code_of(&keys, family, pair[1]) == FILLED + 1);
    ev_keys_close(&keys);
    CHECK(count.blocks == 0);
}

/* ---- pairs ---- */

/* Family 0 has one `a`, family 1 one `b`. */
static ev_cell_key key_of(int family, int i)
{
    return family == 0 ? (ev_cell_key){3, i * 2039 - 500000000} : (ev_cell_key){i, 7};
}

static uint64_t hash_of_key(int family, int i)
{
    const ev_cell_key key = key_of(family, i);
    return ev_hash_word((uint64_t)(uint32_t)key.a << 32 | (uint32_t)key.b, SEED);
}

static uint32_t number_of(ev_cells *cells, ev_cell_key key)
{
    uint32_t number = UINT32_MAX;
    CHECK(ev_cells_number(cells, &key.a, &key.b, 1, &number) == EV_DONE);
    return number;
}

static void pairs_are_compared_in_full(int family)
{
    static int filling[FILLED];
    int pair[2] = {0, 0};
    counting count;
    ev_memory memory = counting_memory(&count);
    const ev_cell_key far = {4000000, -1900000000};
    int64_t found_numbers[2];
    ev_cells cells;
    memory.seed = SEED;
    ev_cells_open(&cells, &memory, sizeof(ev_cell_key));
    CHECK(find_pair(hash_of_key, family, filling, pair));
    CHECK(number_of(&cells, far) == 0); /* so far away that the index is hashed */
    for (int k = 0; k < FILLED; k++) {
        CHECK(number_of(&cells, key_of(family, filling[k])) == (uint32_t)k + 1);
    }
    CHECK(cells.slots != NULL && cells.mask == SLOTS - 1);
    const ev_cell_key one = key_of(family, pair[0]), two = key_of(family, pair[1]);
    CHECK(number_of(&cells, one) == FILLED + 1);
    const int32_t a[] = {one.a, two.a}, b[] = {one.b, two.b};
    ev_cells_find(&cells, a, b, 2, found_numbers);
    CHECK(found_numbers[0] == FILLED + 1 && found_numbers[1] == -1);
    CHECK(number_of(&cells, two) == FILLED + 2);
    CHECK(number_of(&cells, two) == FILLED + 2 && number_of(&cells, one) == FILLED + 1);
    ev_cells_find(&cells, a, b, 2, found_numbers);
    CHECK(found_numbers[0] == FILLED + 1 && found_numbers[1] == FILLED + 2);
    ev_cells_close(&cells);
    CHECK(count.blocks == 0);
}

int main(void)
{
    for (int family = 0; family <= FAMILIES; family++) {
        labels_are_compared_in_full(family);
    }
    pairs_are_compared_in_full(0);
    pairs_are_compared_in_full(1);
    return finish();
}
