/* SPDX-License-Identifier: MIT */
#include "base/process.h"

#include "base/clock.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

static int64_t resident(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    int64_t pages = -1;

    if (file == NULL)
        return -1;
    if (fscanf(file, "%*s %" SCNd64, &pages) != 1)
        pages = -1;
    fclose(file);
    return pages < 0 ? -1 : pages * sysconf(_SC_PAGESIZE);
}

static int64_t span_of(struct timeval time)
{
    return time.tv_sec * MK_SECOND + time.tv_usec;
}

static int64_t cpu(void)
{
    struct rusage usage;

    if (getrusage(RUSAGE_SELF, &usage) != 0)
        return -1;
    return span_of(usage.ru_utime) + span_of(usage.ru_stime);
}

/* Without the one that reads the list. */
static int64_t files(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int64_t count = -1;

    if (folder == NULL)
        return -1;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

void mk_process_look(struct mk_process *ret)
{
    *ret = (struct mk_process){ .resident = resident(), .cpu = cpu(), .files = files() };
}
