/* SPDX-License-Identifier: MIT */
#include "base/file.h"

#include "base/memory.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Paths that the system takes are shorter. */
enum { PATH_LIMIT = 4096 };

/* Fails by the text's limit, or as ferror() and errno tell. */
static bool read_all(FILE *file, struct mk_text *text)
{
    char buffer[4096];
    size_t got;

    while (!text->failed && (got = fread(buffer, 1, sizeof(buffer), file)) > 0)
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
    const char *nul = is_read ? memchr(text.bytes, '\0', text.length) : NULL;
    if (is_read && nul == NULL)
        return mk_text_steal(&text);
    if (nul != NULL)
        snprintf(error, error_size, "%s: byte %td: a text has no NUL", path, nul - text.bytes);
    else
        snprintf(error, error_size, "%s: not a readable file of 1 to %zu bytes", path, limit);
    mk_text_done(&text);
    return NULL;
}

bool mk_file_exists(const char *path)
{
    return access(path, F_OK) == 0 || errno != ENOENT;
}

static bool make_folders(const char *path)
{
    char *folder = mk_copy(path);
    bool is_made = true;

    for (char *end = folder; is_made && (end = strchr(end + 1, '/')) != NULL; *end = '/') {
        *end = '\0';
        is_made = mkdir(folder, 0700) == 0 || errno == EEXIST;
    }
    free(folder);
    return is_made;
}

static bool write_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, bytes, length);
        if (written < 0 && errno != EINTR)
            return false;
        if (written > 0) {
            bytes += written;
            length -= (size_t)written;
        }
    }
    return fsync(fd) == 0;
}

/* A name is given to the bytes only when they are all there, and never taken from others. */
static bool write_and_name(int fd, const char *draft, const char *path, const void *bytes,
                           size_t length)
{
    return write_all(fd, bytes, length) && (link(draft, path) == 0 || errno == EEXIST);
}

bool mk_file_make(const char *path, const void *bytes, size_t length, char *error,
                  size_t error_size)
{
    struct mk_text draft = MK_TEXT(PATH_LIMIT);
    bool is_made = false;
    int fd = -1;

    mk_text_print(&draft, "%s.XXXXXX", path);
    if (draft.failed)
        errno = ENAMETOOLONG;
    else if (make_folders(path))
        fd = mkostemp(draft.bytes, O_CLOEXEC); /* of mode 0600 */
    if (fd >= 0)
        is_made = write_and_name(fd, draft.bytes, path, bytes, length);
    if (!is_made)
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
    if (fd >= 0) {
        close(fd);
        unlink(draft.bytes);
    }
    mk_text_done(&draft);
    return is_made;
}
