/* Shared by the harnesses: numbers and texts from the bytes of an input, and a check that
 * aborts. A harness defines LLVMFuzzerTestOneInput; libFuzzer or replay.c has main(). */
#ifndef EV_FUZZ_H
#define EV_FUZZ_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/core.h"
#include "../c/engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for every input. */
#define REQUIRE(condition)                                                            \
    do {                                                                              \
        if (!(condition)) {                                                           \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__,         \
                    #condition);                                                      \
            abort();                                                                  \
        }                                                                             \
    } while (0)

/* The bytes that are not read yet. After the last one every number is 0. */
typedef struct input {
    const uint8_t *at;
    size_t left;
} input;

static inline uint8_t take_byte(input *in)
{
    uint8_t byte = 0;
    if (in->left > 0) {
        byte = *in->at++;
        in->left--;
    }
    return byte;
}

/* 0 .. count - 1, of one byte. */
static inline int take_below(input *in, int count) { return take_byte(in) % count; }

/* All 64 bits of a number: a size in bytes, then the bytes. Small sizes are small numbers
 * of either sign. */
static inline int64_t take_integer(input *in)
{
    const int size = take_below(in, 9);
    uint64_t bits = 0;
    for (int i = 0; i < size; i++) {
        bits = bits << 8 | take_byte(in);
    }
    if (size > 0 && size < 8 && bits >> (8 * size - 1) != 0) {
        bits |= ~UINT64_C(0) << (8 * size);
    }
    return (int64_t)bits;
}

/* A double of any bits: special, a small decimal, or eight bytes. */
static inline double take_double(input *in)
{
    static const double special[] = {0.0,    -0.0,    1.0,     -1.0,    0.1,      -0.5,
                                     1e-320, 0x1p-74, 0x1p-61, 0x1p300, 0x1p-300, 0x1p61,
                                     1e308,  NAN,     INFINITY, -INFINITY};
    const int kind = take_below(in, 4);
    double value = 0;
    if (kind == 0) {
        value = special[take_below(in, 16)];
    }
    else if (kind == 1) {
        value = (double)take_integer(in);
    }
    else if (kind == 2) {
        value = (double)(take_integer(in) % 100000) / 1000;
    }
    else {
        uint64_t bits = 0;
        for (int i = 0; i < 8; i++) {
            bits = bits << 8 | take_byte(in);
        }
        memcpy(&value, &bits, sizeof value);
    }
    return value;
}

/* A block of exactly this size, so that the sanitizers find reads outside; NULL: zeros. */
static inline void *exact_block(const void *bytes, size_t size)
{
    void *block = calloc(size > 0 ? size : 1, 1);
    if (block == NULL) {
        exit(EXIT_FAILURE);
    }
    if (size > 0 && bytes != NULL) {
        memcpy(block, bytes, size);
    }
    return block;
}

#endif
