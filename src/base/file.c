/* SPDX-License-Identifier: MIT */
#include "base/file.h"

#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Fails by the text's limit, or as ferror() and errno tell. */
static bool read_all(FILE *file, struct mk_text *text)
{
    char buffer[4096];
    size_t got;

    while ((got = fread(buffer, 1, sizeof(buffer), file)) > 0)
        mk_text_add(text, buffer, got);
    return !ferror(file) && !text->failed && text->length > 0;
}

char *mk_file_read(const char *path, size_t limit, char *error, size_t error_size)
{
    struct mk_text text = MK_TEXT(limit);
    FILE *file = fopen(path, "re");

    if (file == NULL) {
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
        return NULL;
    }
    bool is_read = read_all(file, &text);
    fclose(file);
    if (is_read)
        return mk_text_steal(&text);
    snprintf(error, error_size, "%s: not a readable file of 1 to %zu bytes", path, limit);
    mk_text_done(&text);
    return NULL;
}
