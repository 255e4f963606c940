/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Waiting for the jobs that a call started. The waiter is made before the call, since a job may be
 * over before the reply to it has been read. */

#include <systemd/sd-bus.h>

#include "basic/macro.h"

typedef struct Error Error;

typedef struct JobWaiter JobWaiter;

/* Subscribes to the ends of jobs. */
int job_waiter_new(sd_bus *bus, Error *e, JobWaiter **ret);
JobWaiter *job_waiter_free(JobWaiter *w);
DEFINE_CLEANUP(JobWaiter *, job_waiter_free);

/* Waits for the job that the reply names as well; `tag` is the caller's mark for it. 0, -ENOMEM. */
int job_waiter_add(JobWaiter *w, sd_bus_message *reply, size_t tag);

/* Returns when all jobs have ended, or at this time of now_usec(); USEC_INFINITY is for units that
 * keep to systemd's own limits (unit/overtime.h has those that may not). Negative only if the
 * connection is lost, or after interrupt_catch() -EINTR. */
int job_waiter_wait(JobWaiter *w, uint64_t end_usec, Error *e);

/* Returns when fewer than `limit` jobs are under way that began less than this ago. The same
 * errors. */
int job_waiter_throttle(JobWaiter *w, size_t limit, uint64_t usec, Error *e);

/* Whether all jobs have ended, for a caller with an event loop. */
bool job_waiter_done(const JobWaiter *w);

/* How the job with this mark ended: systemd's word ("done"), NULL if it has not ended or there is
 * none. */
const char *job_waiter_result(const JobWaiter *w, size_t tag);

/* 0 for a job that did what it was for, else an errno and a clause; "failed" gives -ECHILD, whose
 * reason the unit itself knows better. */
int job_result_to_error(const char *result, Error *e);
