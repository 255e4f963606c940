/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "relay/relay.h"

#include <systemd/sd-daemon.h>

#include "basic/error.h"
#include "basic/log.h"
#include "relay/follower.h"

struct Relay {
        sd_event_source *timer, *terminate, *interrupt;
        Follower *follower;
        FollowerState notified; /* the manager knows of */
        bool once;
};

static void notify_state(Relay *relay) {
        static const char *const texts[] = {
                [FOLLOWER_READING] = "STATUS=Reading what is new in the journal",
                [FOLLOWER_FOLLOWING] = "STATUS=Following the journal",
                [FOLLOWER_BLIND] = "STATUS=There is no journal that this user may read",
        };
        FollowerState state = follower_state(relay->follower);

        if (relay->notified == state)
                return;
        relay->notified = state;
        (void) sd_notify(false, texts[state]);
        if (state == FOLLOWER_BLIND)
                log_warning("There is no journal that this user may read, so nothing is recorded; "
                            "set Storage=persistent in journald.conf, or run 'systemd-tmpfiles "
                            "--create --prefix=/var/log/journal' if that was made by hand, or join "
                            "group systemd-journal");
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        Relay *relay = userdata;
        sd_event *event = sd_event_source_get_event(source);
        uint64_t now;
        int more, r;

        r = sd_event_now(event, CLOCK_MONOTONIC, &now);
        if (r < 0)
                return r;
        more = follower_read(relay->follower, now);
        if (more < 0)
                return log_error_errno(more, "Failed to read the journal: %m");
        follower_write(relay->follower, now, /* final= */ false);
        notify_state(relay);
        if (relay->once && more == 0)
                return sd_event_exit(event, EXIT_SUCCESS);

        r = sd_event_source_set_time_relative(source, more > 0 ? 0 : RELAY_POLL_USEC);
        if (r < 0)
                return r;
        return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static int add_sources(Relay *relay, sd_event *event) {
        int r;

        r = sd_event_add_time_relative(event, &relay->timer, CLOCK_MONOTONIC, 0,
                                       /* accuracy= */ USEC_PER_MSEC, on_timer, relay);
        if (r < 0)
                return r;
        r = sd_event_source_set_exit_on_failure(relay->timer, true);
        if (r < 0)
                return r;
        /* Without a handler these end the loop. */
        r = sd_event_add_signal(event, &relay->terminate, SIGTERM, NULL, NULL);
        if (r < 0)
                return r;
        return sd_event_add_signal(event, &relay->interrupt, SIGINT, NULL, NULL);
}

int relay_new(sd_event *event, const RelayOptions *options, Error *e, Relay **ret) {
        _cleanup_(relay_freep) Relay *relay = calloc(1, sizeof(Relay));
        int r;

        assert(event);
        assert(options);
        assert(options->state);
        assert(ret);

        if (!relay)
                return -ENOMEM;
        relay->once = options->once;
        r = follower_open(options->scope, options->journal, options->state, e, &relay->follower);
        if (r < 0)
                return r;
        r = add_sources(relay, event);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(relay);
        return 0;
}

Relay *relay_free(Relay *relay) {
        if (!relay)
                return NULL;
        if (relay->follower)
                follower_write(relay->follower, /* now= */ 0, /* final= */ true);
        (void) sd_event_source_disable_unref(relay->timer);
        (void) sd_event_source_disable_unref(relay->terminate);
        (void) sd_event_source_disable_unref(relay->interrupt);
        (void) follower_close(relay->follower);
        free(relay);
        return NULL;
}
