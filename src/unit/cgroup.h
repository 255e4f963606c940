/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a unit's control group says about it. Read here rather than asked of the manager: that would
 * read the same files, one unit after the other, and on a host with cgroup v1 knows no CPU time. */

#include "basic/macro.h"

typedef struct CgroupUsage {
        uint64_t
                memory; /* bytes, page cache included, as systemctl shows it; UINT64_MAX: unknown */
        uint64_t cpu_nsec; /* UINT64_MAX: unknown */
} CgroupUsage;

/* Of a group, named as the manager does ("/pm2.slice/pm2@x.service"). Where a controller is not
 * there for it, the sum over its processes stands in (without the CPU time of processes that
 * ended and were not waited for). */
CgroupUsage cgroup_usage(const char *group);

/* The group a process is in, as the manager names it; to be freed. -ESRCH. */
int cgroup_of_process(pid_t pid, char **ret);

/* Whether no process is left in a group or below it; one that is gone is empty. */
bool cgroup_is_empty(const char *group);

/* What the kernel can hold a group to. */
enum {
        CGROUP_TASKS = 1U << 0,
        CGROUP_MEMORY = 1U << 1,
        CGROUP_MEMORY_HIGH = 1U << 2,
        CGROUP_SWAP = 1U << 3,
        CGROUP_CPU = 1U << 4,
        CGROUP_ADDRESSES =
                1U << 5, /* if the manager may attach a filter of packets: the system's */
        CGROUP_ALL = (1U << 6) - 1,
};

/* Which of these there are for a group: a user's manager may have been given none. */
unsigned cgroup_controllers(const char *group);

/* How often a limit was met since the group was made, that is, since its unit was started. */
typedef struct CgroupEvents {
        uint64_t tasks_refused, memory_kills;
} CgroupEvents;

/* Zeros for what cannot be read. */
CgroupEvents cgroup_events(const char *group);
