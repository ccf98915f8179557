/* Checking that a text is UTF-8. */
#ifndef EV_UTF8_H
#define EV_UTF8_H

#include "base/core.h"

/* The place of the first byte that is not valid UTF-8, or -1. Overlong forms,
 * surrogates and anything above U+10FFFF are not valid. */
EV_INLINE ptrdiff_t ev_utf8_fault(const uint8_t *text, ptrdiff_t size)
{
    ptrdiff_t i = 0, fault = -1;
    while (i < size && fault < 0) {
        const uint8_t lead = text[i];
        /* How many bytes follow, and the range of the first of them. */
        const int more = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
        const uint8_t least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
        const uint8_t most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
        int good = lead < 0x80 || (lead >= 0xc2 && lead <= 0xf4);
        for (int k = 1; k <= more && good; k++) {
            const uint8_t low = k == 1 ? least : 0x80, high = k == 1 ? most : 0xbf;
            good = i + k < size && text[i + k] >= low && text[i + k] <= high;
        }
        fault = good ? -1 : i;
        i += more + 1;
    }
    return fault;
}

#endif
