/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/cgroup.h"

#include <fcntl.h>

#include "basic/fs.h"
#include "basic/string-util.h"
#include "unit/process.h"

#define CGROUP_ROOT "/sys/fs/cgroup"
#define FILE_MAX    (256U * 1024U) /* a group of 30,000 processes */

/* Where a file is under the layouts that systemd knows: one hierarchy for all, one per controller
 * with the second version beside it, one per controller alone. */
typedef struct Place {
        const char *hierarchy, *file;
        uint64_t unit; /* of the number in it */
} Place;

/* Which place it is is the same for all groups, so the one that was right last time is tried
 * first. */
typedef struct Places {
        Place places[3];
        size_t n, likely;
} Places;

static Places memory_places = {
        { { "", "memory.current", 1 }, { "/memory", "memory.usage_in_bytes", 1 } }, 2
};
static Places cpu_places = { { { "", "cpu.stat", 1000 },
                               { "/unified", "cpu.stat", 1000 },
                               { "/cpu,cpuacct", "cpuacct.usage", 1 } },
                             3 };
static Places process_places = { { { "", "cgroup.procs", 0 },
                                   { "/unified", "cgroup.procs", 0 },
                                   { "/systemd", "cgroup.procs", 0 } },
                                 3 };
static Places event_places = { { { "", "cgroup.events", 0 }, { "/unified", "cgroup.events", 0 } },
                               2 };

static int read_place(const Place *place, const char *group, char **ret) {
        _cleanup_(freep) char *path = NULL;

        if (asprintf(&path, CGROUP_ROOT "%s%s/%s", place->hierarchy, group, place->file) < 0) {
                path = NULL;
                return -ENOMEM;
        }
        return read_file_at(AT_FDCWD, path, FILE_MAX, ret, NULL);
}

/* The first place that has the file. */
static int read_first(Places *p, const char *group, char **ret, const Place **ret_place) {
        int r = -ENOENT;

        for (size_t i = 0; i < p->n; i++) {
                size_t k = (p->likely + i) % p->n;

                r = read_place(p->places + k, group, ret);
                if (r >= 0) {
                        p->likely = k;
                        *ret_place = p->places + k;
                        return 0;
                }
        }
        return r;
}

static uint64_t read_amount(Places *places, const char *group) {
        _cleanup_(freep) char *text = NULL;
        const Place *place;
        const char *number;

        if (read_first(places, group, &text, &place) < 0)
                return UINT64_MAX;
        number = startswith(text, "usage_usec ");
        return strtoull(number ? number : text, NULL, 10) * place->unit;
}

static int sum_processes(const char *group, CgroupUsage *ret) {
        _cleanup_(freep) char *text = NULL;
        CgroupUsage usage = {};
        ProcessState one;
        const Place *place;
        int r;

        r = read_first(&process_places, group, &text, &place);
        if (r < 0)
                return r;
        for (char *p = text, *end; *p; p = end) {
                unsigned long pid = strtoul(p, &end, 10);

                if (end == p)
                        break;
                if (process_state((pid_t) pid, &one) >= 0) {
                        usage.memory += one.memory;
                        usage.cpu_nsec += one.cpu_nsec;
                }
                end += strspn(end, "\n");
        }
        *ret = usage;
        return 0;
}

CgroupUsage cgroup_usage(const char *group) {
        CgroupUsage usage = {
                .memory = read_amount(&memory_places, group),
                .cpu_nsec = read_amount(&cpu_places, group),
        };
        CgroupUsage sum;

        if ((usage.memory == UINT64_MAX || usage.cpu_nsec == UINT64_MAX) &&
            sum_processes(group, &sum) >= 0) {
                if (usage.memory == UINT64_MAX)
                        usage.memory = sum.memory;
                if (usage.cpu_nsec == UINT64_MAX)
                        usage.cpu_nsec = sum.cpu_nsec;
        }
        return usage;
}

int cgroup_of_process(pid_t pid, char **ret) {
        static const char *const lines[] = { ":name=systemd:", "0::" };
        _cleanup_(freep) char *text = NULL;
        char path[64];

        (void) snprintf(path, sizeof(path), "/proc/%d/cgroup", (int) pid);
        if (read_file_at(AT_FDCWD, path, FILE_MAX, &text, NULL) < 0)
                return -ESRCH;

        for (size_t i = 0; i < ELEMENTSOF(lines); i++) {
                const char *group = strstr(text, lines[i]);

                if (!group)
                        continue;
                group += strlen(lines[i]);
                *ret = strndup(group, strcspn(group, "\n"));
                return *ret ? 0 : -ENOMEM;
        }
        return -ESRCH;
}

bool cgroup_is_empty(const char *group) {
        _cleanup_(freep) char *text = NULL;
        const Place *place;

        if (read_first(&event_places, group, &text, &place) >= 0)
                return strstr(text, "populated 0");
        /* Without the second version only the group itself can be looked at; ours have no more. */
        if (read_first(&process_places, group, &text, &place) >= 0)
                return text[0] == 0;
        return true;
}
