/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a unit may take, as the manager has it: with all drop-ins, and with what its slices allow.
 */

#include <systemd/sd-bus.h>

#include "unit/cgroup.h"

typedef struct Error Error;

typedef struct UnitLimits {
        uint64_t tasks, memory, memory_high, swap; /* UINT64_MAX: unlimited, as all amounts */
        uint64_t cpu_usec;                         /* in a second, of all processors together */
        uint64_t files;                            /* descriptors of each process */
        char **folders; /* where it has file systems of its own in memory: paths and options */
        char **denied, **allowed; /* "ADDRESS/LENGTH" */
        bool io_uring;            /* its system calls are allowed */

        unsigned controllers; /* CGROUP_…: what the kernel can hold it to; all if it does not run */
        CgroupEvents events;
} UnitLimits;

/* Of the unit whose object on the bus this is. */
int unit_limits(sd_bus *bus, const char *path, Error *e, UnitLimits *ret);
void unit_limits_done(UnitLimits *l);

/* The "size=" among the options of a file system in memory: 1 and the bytes, 0 if there is none, or
 * none in bytes. */
int tmpfs_size(const char *options, uint64_t *ret);
