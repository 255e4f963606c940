/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/cgroup.h"

#include <fcntl.h>
#include <limits.h>

#include "basic/fs.h"
#include "basic/string-util.h"
#include "unit/process.h"

#define CGROUP_ROOT "/sys/fs/cgroup"
#define SMALL_MAX   4096
#define FILE_MAX    (256U * 1024U) /* a group of 30,000 processes */

/* Where a file is under the layouts that systemd knows: one hierarchy for all, one per controller
 * with the second version beside it, one per controller alone. */
typedef struct Place {
        const char *hierarchy, *file;
        uint64_t unit; /* of the number in it */
        int fd;        /* of the hierarchy, once it was opened: a hundred paths are walked faster */
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

/* A descriptor of the first place that has the file. */
static int open_first(Places *p, const char *group, const Place **ret_place) {
        for (size_t i = 0; i < p->n; i++) {
                size_t k = (p->likely + i) % p->n;
                Place *place = p->places + k;
                char path[PATH_MAX];
                int fd;

                if (place->fd <= 0) {
                        (void) snprintf(path, sizeof(path), CGROUP_ROOT "%s", place->hierarchy);
                        place->fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
                }
                (void) snprintf(path, sizeof(path), ".%s/%s", group, place->file);
                fd = openat(place->fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
                if (fd < 0)
                        continue;
                p->likely = k;
                *ret_place = place;
                return fd;
        }
        return -ENOENT;
}

/* The kernel makes up such a file at once: what fits into the buffer takes one read. */
static int read_first(Places *p, const char *group, char *buffer, size_t size,
                      const Place **ret_place) {
        _cleanup_(closep) int fd = open_first(p, group, ret_place);
        ssize_t n = fd < 0 ? fd : read(fd, buffer, size - 1);

        if (n < 0)
                return -ENOENT;
        buffer[n] = 0;
        return 0;
}

static uint64_t read_amount(Places *places, const char *group) {
        const Place *place;
        const char *number;
        char text[SMALL_MAX];

        if (read_first(places, group, text, sizeof(text), &place) < 0)
                return UINT64_MAX;
        number = startswith(text, "usage_usec ");
        return strtoull(number ? number : text, NULL, 10) * place->unit;
}

static int sum_processes(const char *group, CgroupUsage *ret) {
        _cleanup_(freep) char *text = NULL;
        _cleanup_(closep) int fd = -EBADF;
        CgroupUsage usage = {};
        ProcessState one;
        const Place *place;
        int r;

        r = fd = open_first(&process_places, group, &place);
        if (r >= 0)
                r = read_fd(fd, FILE_MAX, &text, /* ret_size= */ NULL);
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
        CgroupUsage sum = {};

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
        const Place *place;
        char text[SMALL_MAX];

        if (read_first(&event_places, group, text, sizeof(text), &place) >= 0)
                return strstr(text, "populated 0");
        /* Without the second version only the group itself can be looked at; ours have no more. */
        if (read_first(&process_places, group, text, sizeof(text), &place) >= 0)
                return text[0] == 0;
        return true;
}

unsigned cgroup_controllers(const char *group) {
        static struct {
                unsigned controller;
                Places places;
        } limits[] = {
                { CGROUP_TASKS, { { { "", "pids.max" }, { "/pids", "pids.max" } }, 2 } },
                { CGROUP_MEMORY,
                  { { { "", "memory.max" }, { "/memory", "memory.limit_in_bytes" } }, 2 } },
                { CGROUP_MEMORY_HIGH, { { { "", "memory.high" } }, 1 } },
                { CGROUP_SWAP, { { { "", "memory.swap.max" } }, 1 } },
                { CGROUP_CPU,
                  { { { "", "cpu.max" },
                      { "/cpu,cpuacct", "cpu.cfs_quota_us" },
                      { "/cpu", "cpu.cfs_quota_us" } },
                    3 } },
                /* systemd filters packets where the second version is all there is */
                { CGROUP_ADDRESSES, { { { "", "cgroup.events" } }, 1 } },
        };
        unsigned found = 0;

        for (size_t i = 0; i < ELEMENTSOF(limits); i++) {
                const Place *place;
                _cleanup_(closep) int fd = open_first(&limits[i].places, group, &place);

                if (fd >= 0)
                        found |= limits[i].controller;
        }
        return found;
}

/* The number behind a word that begins a line; 0 if it is not there. */
static uint64_t read_count(Places *places, const char *group, const char *word) {
        const Place *place;
        char text[SMALL_MAX];

        if (read_first(places, group, text, sizeof(text), &place) < 0)
                return 0;
        for (const char *line = text; line; line = strchr(line, '\n')) {
                const char *rest;

                line += *line == '\n' ? 1 : 0;
                rest = startswith(line, word);
                if (rest && *rest == ' ')
                        return strtoull(rest + 1, NULL, 10);
        }
        return 0;
}

CgroupEvents cgroup_events(const char *group) {
        static Places tasks = { { { "", "pids.events" }, { "/pids", "pids.events" } }, 2 },
                      memory = { { { "", "memory.events" }, { "/memory", "memory.oom_control" } },
                                 2 };

        return (CgroupEvents){
                .tasks_refused = read_count(&tasks, group, "max"),
                .memory_kills = read_count(&memory, group, "oom_kill"),
        };
}
