/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "launch/monitor.h"

#include <fcntl.h>

#include "axm/mask.h"
#include "axm/metric.h"
#include "basic/clock.h"
#include "basic/fs.h"
#include "basic/json.h"
#include "basic/string-util.h"
#include "launch/notify.h"

/* Modules send every 990 ms; one that sends more often is written this often. */
#define INTERVAL_USEC (250 * USEC_PER_MSEC)

/* What one module may fill our memory and its runtime folder with. */
#define METRICS_MAX     256
#define METRIC_SIZE_MAX 4096

int monitor_init(Monitor *ret, const char *folder) {
        assert(ret);

        *ret = (Monitor) { .dir_fd = -EBADF, .metrics = json_object_new_object() };
        if (!ret->metrics)
                return -ENOMEM;
        if (!folder)
                return 0;
        ret->dir_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        return ret->dir_fd < 0 ? -errno : 0;
}

/* The name is masked like any text, but may speak of tokens. */
static int update_metric(Monitor *m, const Mask *mask, const char *name, json_object *metric) {
        _cleanup_(freep) char *masked_name = NULL;
        json_object *masked;
        int r;

        r = mask_string(mask, name, &masked_name);
        if (r < 0)
                return r;
        if (!json_has(m->metrics, masked_name) &&
            json_object_object_length(m->metrics) >= METRICS_MAX)
                return 0;

        r = mask_json(mask, metric, &masked);
        if (r < 0)
                return r;
        if (strlen(masked_name) > METRIC_SIZE_MAX ||
            (masked && strlen(json_text(masked)) > METRIC_SIZE_MAX)) {
                (void) json_object_put(masked);
                return 0;
        }
        if (json_object_object_add(m->metrics, masked_name, masked) < 0) {
                (void) json_object_put(masked);
                return -ENOMEM;
        }
        return 1;
}

int monitor_update(Monitor *m, const Mask *mask, json_object *data) {
        bool full = m->full;
        int r;

        assert(m);
        assert(mask);

        if (!json_object_is_type(data, json_type_object))
                return 0;
        json_object_object_foreach(data, name, metric) {
                r = update_metric(m, mask, name, metric);
                if (r < 0)
                        return r;
                if (r == 0)
                        m->full = true;
                else
                        m->dirty = true;
        }
        return m->full && !full;
}

uint64_t monitor_due(const Monitor *m) {
        uint64_t due = m->written_usec + INTERVAL_USEC, now;

        assert(m);

        if (!m->dirty)
                return USEC_INFINITY;
        now = now_usec();
        return m->written_usec == 0 || due <= now ? 0 : due - now;
}

/* Readers see the old file or the new one. Nothing is flushed to a disk, it is gone at the next
 * start anyway. */
static int write_metrics(Monitor *m, const char *text) {
        static const char temporary[] = "." MONITOR_FILE ".new";
        _cleanup_(closep) int fd = -EBADF;
        int r;

        fd = openat(m->dir_fd, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
                    0600);
        if (fd < 0)
                return -errno;
        r = write_all(fd, text, strlen(text));
        if (r < 0)
                return r;
        return renameat(m->dir_fd, temporary, m->dir_fd, MONITOR_FILE) < 0 ? -errno : 0;
}

/* What the manager shows. */
static int notify_status(Monitor *m) {
        _cleanup_(freep) char *status = axm_monitor_status(m->metrics), *state = NULL;
        int r;

        if (!status)
                return -ENOMEM;
        if (streq_ptr(m->status, status))
                return 0;
        r = strdupf(&state, "STATUS=%s", status);
        if (r < 0)
                return r;
        (void) notify_send(state);
        free(m->status);
        m->status = TAKE_PTR(status);
        return 0;
}

int monitor_flush(Monitor *m) {
        const char *text = json_text(m->metrics);
        int r, written = 0;

        assert(m);

        m->dirty = false;
        m->written_usec = now_usec();
        if (!text)
                return -ENOMEM;
        if (streq_ptr(m->written, text))
                return 0;

        if (m->dir_fd >= 0)
                written = write_metrics(m, text);
        r = free_and_strdup(&m->written, written < 0 ? NULL : text);
        if (r < 0)
                return r;
        r = notify_status(m);
        if (r < 0)
                return r;
        if (written < 0 && m->lost)
                return 0;
        m->lost = written < 0;
        return written;
}
