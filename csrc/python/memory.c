#include "python/memory.h"

#include <stdlib.h>

static void *resize(void *owner, void *block, size_t size)
{
    void *resized = NULL;
    (void)owner;
    if (size == 0) {
        free(block);
    }
    else {
        resized = realloc(block, size);
    }
    return resized;
}

const ev_memory ev_py_memory = {resize, NULL};
