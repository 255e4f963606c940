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

/* Where a group's file is under the layouts that systemd knows: one hierarchy for all, one per
 * controller with the second version beside it, one per controller alone. */
typedef struct Location {
        const char *hierarchy, *file;
        uint64_t unit; /* of the number in it */
        int fd;        /* of the hierarchy, once it was opened: a hundred paths are walked faster */
} Location;

/* The location is the same for all groups, so the one that was right last time is tried first. */
typedef struct GroupFile {
        Location locations[3];
        size_t n, likely;
} GroupFile;

static GroupFile memory_file = {
        { { "", "memory.current", 1 }, { "/memory", "memory.usage_in_bytes", 1 } }, 2
};
static GroupFile cpu_file = { { { "", "cpu.stat", 1000 },
                                { "/unified", "cpu.stat", 1000 },
                                { "/cpu,cpuacct", "cpuacct.usage", 1 } },
                              3 };
static GroupFile process_file = { { { "", "cgroup.procs", 0 },
                                    { "/unified", "cgroup.procs", 0 },
                                    { "/systemd", "cgroup.procs", 0 } },
                                  3 };
static GroupFile event_file = { { { "", "cgroup.events", 0 }, { "/unified", "cgroup.events", 0 } },
                                2 };

/* A descriptor of the file in the first location that has it. */
static int open_first(GroupFile *p, const char *group, const Location **ret_location) {
        for (size_t i = 0; i < p->n; i++) {
                size_t k = (p->likely + i) % p->n;
                Location *location = p->locations + k;
                char path[PATH_MAX];
                int fd;

                if (location->fd <= 0) {
                        (void) snprintf(path, sizeof(path), CGROUP_ROOT "%s", location->hierarchy);
                        location->fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
                }
                (void) snprintf(path, sizeof(path), ".%s/%s", group, location->file);
                fd = openat(location->fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
                if (fd < 0)
                        continue;
                p->likely = k;
                *ret_location = location;
                return fd;
        }
        return -ENOENT;
}

/* The kernel makes up these files at once: what fits into the buffer takes one read. */
static int read_first(GroupFile *p, const char *group, char *buffer, size_t size,
                      const Location **ret_location) {
        _cleanup_(closep) int fd = open_first(p, group, ret_location);
        ssize_t n = fd < 0 ? fd : read(fd, buffer, size - 1);

        if (n < 0)
                return -ENOENT;
        buffer[n] = 0;
        return 0;
}

static uint64_t read_amount(GroupFile *f, const char *group) {
        const Location *location;
        const char *number;
        char text[SMALL_MAX];

        if (read_first(f, group, text, sizeof(text), &location) < 0)
                return UINT64_MAX;
        number = startswith(text, "usage_usec ");
        return strtoull(number ? number : text, NULL, 10) * location->unit;
}

static int sum_processes(const char *group, CgroupUsage *ret) {
        _cleanup_(freep) char *text = NULL;
        _cleanup_(closep) int fd = -EBADF;
        CgroupUsage usage = {};
        ProcessState one;
        const Location *location;
        int r;

        fd = open_first(&process_file, group, &location);
        if (fd < 0)
                return fd;
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
                .memory = read_amount(&memory_file, group),
                .cpu_nsec = read_amount(&cpu_file, group),
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
        const Location *location;
        char text[SMALL_MAX];

        if (read_first(&event_file, group, text, sizeof(text), &location) >= 0)
                return strstr(text, "populated 0");
        /* Without the second version only the group itself can be looked at; ours have no more. */
        if (read_first(&process_file, group, text, sizeof(text), &location) >= 0)
                return text[0] == 0;
        return true;
}

unsigned cgroup_controllers(const char *group) {
        static struct {
                unsigned controller;
                GroupFile file;
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
                const Location *location;
                _cleanup_(closep) int fd = open_first(&limits[i].file, group, &location);

                if (fd >= 0)
                        found |= limits[i].controller;
        }
        return found;
}

/* The number behind a word that begins a line; 0 if it is not there. */
static uint64_t read_count(GroupFile *f, const char *group, const char *word) {
        const Location *location;
        char text[SMALL_MAX];

        if (read_first(f, group, text, sizeof(text), &location) < 0)
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
        static GroupFile tasks = { { { "", "pids.events" }, { "/pids", "pids.events" } }, 2 },
                         memory = {
                                 { { "", "memory.events" }, { "/memory", "memory.oom_control" } }, 2
                         };

        return (CgroupEvents) {
                .tasks_refused = read_count(&tasks, group, "max"),
                .memory_kills = read_count(&memory, group, "oom_kill"),
        };
}
