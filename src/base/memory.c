/* SPDX-License-Identifier: MIT */
#include "base/memory.h"

#include "base/log.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void *or_end(void *memory)
{
    if (memory == NULL) {
        mk_log(MK_LOG_ERROR, "out of memory");
        abort();
    }
    return memory;
}

void *mk_alloc(size_t size)
{
    return or_end(malloc(size > 0 ? size : 1));
}

void *mk_alloc_zero(size_t count, size_t size)
{
    return or_end(calloc(count > 0 ? count : 1, size > 0 ? size : 1));
}

void *mk_resize(void *memory, size_t count, size_t size)
{
    if (size > 0 && count > SIZE_MAX / size)
        return or_end(NULL);
    return or_end(realloc(memory, count * size > 0 ? count * size : 1));
}

char *mk_copy(const char *text)
{
    return text == NULL ? NULL : mk_copy_bytes(text, strlen(text));
}

char *mk_copy_bytes(const char *bytes, size_t length)
{
    char *copy = mk_alloc(length + 1);

    if (length > 0)
        memcpy(copy, bytes, length);
    copy[length] = '\0';
    return copy;
}
