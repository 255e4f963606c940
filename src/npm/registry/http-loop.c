/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/http-internal.h"

/* libcurl's sockets and its timer on the event loop. */

#include <sys/epoll.h>

static int on_io(sd_event_source *s, int fd, uint32_t revents, void *userdata) {
        Http *h = userdata;
        int running, action = 0;

        action |= revents & (EPOLLIN | EPOLLHUP | EPOLLERR) ? CURL_CSELECT_IN : 0;
        action |= revents & EPOLLOUT ? CURL_CSELECT_OUT : 0;
        if (curl_multi_socket_action(h->multi, fd, action, &running) != CURLM_OK)
                return -EIO;
        http_collect(h);
        return 0;
}

static int on_timer(sd_event_source *s, uint64_t usec, void *userdata) {
        Http *h = userdata;
        int running;

        if (curl_multi_socket_action(h->multi, CURL_SOCKET_TIMEOUT, 0, &running) != CURLM_OK)
                return -EIO;
        http_collect(h);
        return 0;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *userdata, void *socket_data) {
        sd_event_source *source = socket_data;
        Http *h = userdata;
        uint32_t events;

        if (what == CURL_POLL_REMOVE) {
                (void) sd_event_source_disable_unref(source);
                return 0;
        }

        events = (what & CURL_POLL_IN ? EPOLLIN : 0) | (what & CURL_POLL_OUT ? EPOLLOUT : 0);
        if (source)
                return sd_event_source_set_io_events(source, events) < 0 ? -1 : 0;
        if (sd_event_add_io(h->event, &source, fd, events, on_io, h) < 0)
                return -1;
        return curl_multi_assign(h->multi, fd, source) == CURLM_OK ? 0 : -1;
}

static int on_timeout_changed(CURLM *multi, long msec, void *userdata) {
        Http *h = userdata;

        if (msec < 0)
                return sd_event_source_set_enabled(h->timer, SD_EVENT_OFF) < 0 ? -1 : 0;
        if (sd_event_source_set_time_relative(h->timer, (uint64_t) msec * USEC_PER_MSEC) < 0)
                return -1;
        return sd_event_source_set_enabled(h->timer, SD_EVENT_ONESHOT) < 0 ? -1 : 0;
}

int http_loop_setup(Http *h) {
        int r;

        h->multi = curl_multi_init();
        if (!h->multi)
                return -ENOMEM;

        r = sd_event_add_time_relative(h->event, &h->timer, CLOCK_MONOTONIC, 0, 1, on_timer, h);
        if (r < 0)
                return r;
        r = sd_event_source_set_enabled(h->timer, SD_EVENT_OFF);
        if (r < 0)
                return r;

        (void) curl_multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
        (void) curl_multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h);
        (void) curl_multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, on_timeout_changed);
        (void) curl_multi_setopt(h->multi, CURLMOPT_TIMERDATA, h);
        (void) curl_multi_setopt(h->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
                                 (long) h->config.parallel);
        return 0;
}
