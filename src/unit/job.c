/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/job.h"

#include "basic/clock.h"
#include "basic/error.h"
#include "basic/interrupt.h"
#include "basic/string-util.h"
#include "unit/bus.h"

typedef struct Job {
        char *path;
        char *result; /* NULL: still running */
        size_t tag;
        uint64_t begin_usec;
} Job;

struct JobWaiter {
        sd_bus *bus;
        sd_bus_slot *slot;
        Job *jobs;
        size_t n, n_running;
        int error;
};

static const struct {
        const char *result;
        int error;
        const char *text;
} results[] = {
        { "done", 0, NULL },
        { "skipped", 0, NULL },
        { "canceled", -ECANCELED, "its job was replaced by another one (start, stop or restart)" },
        { "timeout", -ETIMEDOUT, "it took too long" },
        { "failed", -ECHILD, "it failed" },
        { "dependency", -EPIPE, "a unit that it depends on failed" },
        { "invalid", -ENOEXEC, "it cannot be started or stopped in its state" },
        { "assert", -EPROTO, "an assertion of its unit failed" },
        { "unsupported", -EOPNOTSUPP, "this system does not support units of its type" },
        { "collected", -ECANCELED, "it was removed meanwhile" },
        { "once", -ESTALE, "it runs only once, and already did" },
};

static int on_job_removed(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        JobWaiter *w = userdata;
        const char *path, *result;
        int r;

        r = sd_bus_message_read(m, "uoss", NULL, &path, NULL, &result);
        if (r < 0) {
                w->error = r;
                return 0;
        }
        for (size_t i = 0; i < w->n; i++) {
                if (w->jobs[i].result || !streq(w->jobs[i].path, path))
                        continue;
                w->n_running--;
                if (free_and_strdup(&w->jobs[i].result, result) < 0)
                        w->error = -ENOMEM;
        }
        return 0;
}

int job_waiter_new(sd_bus *bus, Error *e, JobWaiter **ret) {
        _cleanup_(job_waiter_freep) JobWaiter *w = malloc(sizeof(JobWaiter));
        int r;

        if (!w)
                return -ENOMEM;
        *w = (JobWaiter) { .bus = sd_bus_ref(bus) };

        r = sd_bus_match_signal(bus, &w->slot, SYSTEMD_NAME, SYSTEMD_PATH, MANAGER, "JobRemoved",
                                on_job_removed, w);
        if (r < 0)
                return error_set(e, r, "cannot subscribe to systemd's jobs: %s", strerror(-r));
        r = manager_subscribe(bus, e);
        if (r < 0)
                return r;

        *ret = TAKE_PTR(w);
        return 0;
}

JobWaiter *job_waiter_free(JobWaiter *w) {
        if (!w)
                return NULL;
        (void) sd_bus_slot_unref(w->slot);
        (void) sd_bus_unref(w->bus);
        for (size_t i = 0; i < w->n; i++) {
                free(w->jobs[i].path);
                free(w->jobs[i].result);
        }
        free(w->jobs);
        free(w);
        return NULL;
}

int job_waiter_add(JobWaiter *w, sd_bus_message *reply, size_t tag) {
        const char *path;
        Job *grown;
        int r;

        assert(w);
        assert(reply);

        r = sd_bus_message_read(reply, "o", &path);
        if (r < 0)
                return r;
        grown = realloc(w->jobs, (w->n + 1) * sizeof(Job));
        if (!grown)
                return -ENOMEM;
        w->jobs = grown;
        grown[w->n] = (Job) { .path = strdup(path), .tag = tag, .begin_usec = now_usec() };
        if (!grown[w->n].path)
                return -ENOMEM;
        w->n++;
        w->n_running++;
        return 0;
}

bool job_waiter_done(const JobWaiter *w) {
        return w->n_running == 0 || w->error < 0;
}

/* Until something happens, or this time comes. */
static int wait_step(JobWaiter *w, uint64_t end) {
        uint64_t now = now_usec();
        int r;

        r = sd_bus_process(w->bus, NULL);
        if (r == 0 && now < end)
                r = sd_bus_wait(w->bus, end == UINT64_MAX ? end : end - now);
        if (r < 0 && (r != -EINTR || interrupted()))
                return r;
        return w->error;
}

static int explain_loss(int r, Error *e) {
        if (r == -EINTR)
                return error_set(e, r, "it was interrupted");
        return error_set(e, r, "lost the connection to systemd while it worked (%s)", strerror(-r));
}

int job_waiter_wait(JobWaiter *w, uint64_t end_usec, Error *e) {
        while (!job_waiter_done(w) && now_usec() < end_usec) {
                int r = wait_step(w, end_usec);

                if (r < 0)
                        return explain_loss(r, e);
        }
        return w->error < 0 ? explain_loss(w->error, e) : 0;
}

/* How many jobs are under way that began less than this ago; and when the first of them is that
 * old. */
static size_t count_young(const JobWaiter *w, uint64_t usec, uint64_t *ret_end) {
        uint64_t now = now_usec(), end = UINT64_MAX;
        size_t n = 0;

        for (size_t i = 0; i < w->n; i++) {
                const Job *job = w->jobs + i;

                if (job->result || job->begin_usec + usec <= now)
                        continue;
                end = MIN2(end, job->begin_usec + usec);
                n++;
        }
        *ret_end = end;
        return n;
}

int job_waiter_throttle(JobWaiter *w, size_t limit, uint64_t usec, Error *e) {
        uint64_t end;

        while (count_young(w, usec, &end) >= limit) {
                int r = wait_step(w, end);

                if (r < 0)
                        return explain_loss(r, e);
        }
        return 0;
}

const char *job_waiter_result(const JobWaiter *w, size_t tag) {
        for (size_t i = 0; i < w->n; i++)
                if (w->jobs[i].tag == tag)
                        return w->jobs[i].result;
        return NULL;
}

int job_result_to_error(const char *result, Error *e) {
        for (size_t i = 0; i < ELEMENTSOF(results); i++)
                if (streq(results[i].result, result))
                        return results[i].error < 0
                                       ? error_set(e, results[i].error, "%s", results[i].text)
                                       : 0;
        return error_set(e, -EIO, "its job ended with the unknown result '%s'", result);
}
