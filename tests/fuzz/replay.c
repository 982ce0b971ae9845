/* SPDX-License-Identifier: MIT */
/*
 * Feeds every file of the directories given as arguments to the fuzz target it is linked with: the
 * corpus as a plain test, without libFuzzer. Fails when there is nothing to feed.
 */
#include "base/memory.h"
#include "fuzz/fuzz.h"

#include <dirent.h>
#include <sys/stat.h>

/* The whole file in a block of exactly its size, so that a sanitizer sees a read beyond it. */
static uint8_t *read_file(const char *path, size_t size)
{
    uint8_t *bytes = mk_alloc(size);
    FILE *file = fopen(path, "rb");

    if (file == NULL || fread(bytes, 1, size, file) != size) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    fclose(file);
    return bytes;
}

static int feed(const char *directory, const char *name)
{
    char path[4096];
    struct stat status;

    snprintf(path, sizeof path, "%s/%s", directory, name);
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode))
        return 0;

    uint8_t *bytes = read_file(path, (size_t)status.st_size);
    LLVMFuzzerTestOneInput(bytes, (size_t)status.st_size);
    free(bytes);
    return 1;
}

static int feed_all(const char *directory)
{
    struct dirent **entries;
    int count = scandir(directory, &entries, NULL, alphasort);
    int fed = 0;

    if (count < 0) {
        perror(directory);
        exit(EXIT_FAILURE);
    }
    for (int i = 0; i < count; i++) {
        fed += feed(directory, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return fed;
}

int main(int argc, char **argv)
{
    int fed = 0;

    for (int i = 1; i < argc; i++)
        fed += feed_all(argv[i]);
    printf("%d inputs replayed\n", fed);
    return fed > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
