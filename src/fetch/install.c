/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/install.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>

#include "basic/address-mask.h"
#include "basic/clock.h"
#include "basic/fs.h"
#include "basic/remove.h"
#include "basic/string-util.h"
#include "fetch/caller-npmrc.h"
#include "fetch/confirm.h"
#include "fetch/layout.h"
#include "fetch/node-version.h"
#include "fetch/signatures.h"

#define GIT_THREADS     2
#define PROGRESS_USEC   (100 * USEC_PER_MSEC)
#define WAITING_USEC    (200 * USEC_PER_MSEC) /* between looks while nothing comes */
#define WAITING_SECONDS 2

void fetch_fail(Fetch *f, int r, const Error *e) {
        if (f->r >= 0) {
                f->r = r;
                (void) error_set(&f->error, r, "%s", error_text(e, r));
        }
        (void) sd_event_exit(f->event, 0);
}

void fetch_notice(Fetch *f, const char *format, ...) {
        _cleanup_(freep) char *text = NULL, *masked = NULL;
        va_list ap;
        int n;

        va_start(ap, format);
        n = vasprintf(&text, format, ap);
        va_end(ap);
        if (n < 0) {
                text = NULL;
                return;
        }
        masked = mask_addresses(text);
        if (!f->notices)
                f->notices = json_object_new_array();
        if (masked && f->notices && json_object_array_length(f->notices) < NOTICES_MAX)
                (void) json_object_array_add(f->notices, json_object_new_string(masked));
}

/* One step of the resolver: 1 if the tree is complete. */
static int resolve(Fetch *f, Error *e) {
        const Manifest *likely;
        const Want *want;
        int r;

        r = resolver_run(f->resolver, e);
        if (r != 0)
                return r;
        while ((want = resolver_next_want(f->resolver))) {
                r = fetch_want(f, want);
                if (r < 0)
                        return r;
        }
        while ((likely = resolver_next_likely(f->resolver))) {
                _cleanup_(freep) char *label = NULL;

                if (!likely->tarball)
                        continue;
                if (asprintf(&label, "%s@%s", likely->name, likely->version) < 0)
                        return -ENOMEM;
                /* Only a head start: whether it is needed, and cannot be had, shows later. */
                (void) archive_get(f,
                                   &(ArchiveSource){ .label = label,
                                                     .name = likely->name,
                                                     .url = likely->tarball,
                                                     .integrity = likely->integrity,
                                                     .published = likely },
                                   /* done= */ NULL, NULL, /* e= */ NULL);
        }
        return 0;
}

static int step(Fetch *f, Error *e) {
        int r;

        if (!f->resolved) {
                r = resolve(f, e);
                if (r <= 0)
                        return r;
                f->resolved = true;
                r = layout_begin(f, e);
                if (r < 0)
                        return r;
        }
        if (f->n_missing > 0 || f->confirming)
                return 0;
        confirm_judge(f);
        return sd_event_exit(f->event, 0);
}

/* Answers may be given while others are being asked for: then there is another round. */
void fetch_advance(Fetch *f) {
        _cleanup_(error_clear) Error e = ERROR_NULL;

        f->again = true;
        if (f->advancing)
                return;
        f->advancing = true;
        while (f->again && f->r >= 0) {
                int r;

                f->again = false;
                r = step(f, &e);
                if (r < 0)
                        fetch_fail(f, r, &e);
        }
        f->advancing = false;
}

/* -- what is needed first ------------------------------------------------------------- */

/* The tarball on standard input, as a file beside the others. */
static int receive_tarball(Fetch *f, Error *e) {
        _cleanup_(closep) int fd = -EBADF;
        char block[65536];
        size_t size = 0;
        ssize_t n;
        int r = 0;

        fd = openat(f->unpacked_fd, TARBALL_FILE, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0)
                return -errno;
        while (r >= 0 && (n = read(STDIN_FILENO, block, sizeof(block))) != 0) {
                if (n < 0 && errno == EINTR)
                        continue;
                size += n > 0 ? (size_t) n : 0;
                r = n < 0 ? -errno : size > TARBALL_MAX ? -EFBIG : write_all(fd, block, (size_t) n);
        }
        return r < 0 ? error_set(e, r, "cannot take the tarball over: %s", strerror(-r)) : 0;
}

static int open_tree(Fetch *f, Error *e) {
        f->tree_fd = open_folder(AT_FDCWD, f->request->tree);
        if (f->tree_fd < 0)
                return error_set(e, f->tree_fd, "cannot open %s: %s", f->request->tree,
                                 strerror(-f->tree_fd));
        if (mkdirat(f->tree_fd, "node_modules", 0755) < 0 ||
            mkdirat(f->tree_fd, UNPACKED_FOLDER, 0700) < 0)
                return error_set(e, -errno, "cannot make folders in %s: %s", f->request->tree,
                                 strerror(errno));
        f->unpacked_fd = open_folder(f->tree_fd, UNPACKED_FOLDER);
        return f->unpacked_fd < 0 ? f->unpacked_fd : 0;
}

static int read_spec(Fetch *f, Error *e) {
        const char *text = f->request->spec ?: "./" TARBALL_FILE;
        int r;

        r = spec_parse(text, e, &f->spec);
        if (r < 0)
                return r;
        if (f->request->spec && (f->spec->type == SPEC_FILE || f->spec->type == SPEC_DIRECTORY))
                return error_set(e, -EOPNOTSUPP, "'%s' is a path, which this unit cannot see",
                                 text);
        return f->request->spec ? 0 : receive_tarball(f, e);
}

static int prepare(Fetch *f, Error *e) {
        RegistryFlags flags = (f->request->offline ? REGISTRY_OFFLINE : 0) |
                              (f->request->prefer_offline ? REGISTRY_PREFER_OFFLINE : 0) |
                              (f->confirm ? REGISTRY_CONFIRM : 0);
        int r;

        r = caller_npmrc_read(f->request->npmrc, f->request->env, e, &f->npmrc);
        if (r >= 0)
                r = open_tree(f, e);
        if (r >= 0)
                r = read_spec(f, e);
        if (r >= 0)
                r = sd_event_new(&f->event);
        if (r >= 0)
                r = registry_new(f->event, f->npmrc, f->request->cache, flags, e, &f->registry);
        if (r >= 0)
                r = pool_new(f->event, GIT_THREADS, &f->pool);
        if (r < 0)
                return r;

        f->node_version = node_version_find();
        f->platform = platform_native();
        f->platform.node_version = f->node_version;
        return resolver_new(f->spec, &f->platform, &f->resolver);
}

/* -- the whole ------------------------------------------------------------------------ */

/* Who or what is waited for, once a while has passed without anything coming. */
static void tell_waiting(Fetch *f) {
        const char *host = f->repositories > 0 ? f->repository : registry_waiting_for(f->registry);
        uint64_t seconds = (now_usec() - f->changed_usec) / USEC_PER_SEC;
        _cleanup_(freep) char *shown = host ? mask_address(host) : NULL;

        if (shown && seconds >= WAITING_SECONDS)
                fprintf(stderr, "waiting %llu %s\n", (unsigned long long) seconds, shown);
}

/* "progress RESOLVED FETCHED OF BYTES" on standard error, ten times a second where it has changed,
 * else "waiting SECONDS WHAT". */
static int on_progress(sd_event_source *s, uint64_t usec, void *userdata) {
        Fetch *f = userdata;
        const uint64_t changed = f->changed_usec;
        RegistryStatistics now;
        int r;

        registry_statistics(f->registry, &now);
        if (now.bytes != f->shown.bytes || now.packuments_done != f->shown.packuments_done ||
            now.tarballs_done != f->shown.tarballs_done)
                f->changed_usec = now_usec();
        if (f->changed_usec == changed)
                tell_waiting(f);
        else
                fprintf(stderr, "progress %u %u %u %llu\n", now.packuments_done, now.tarballs_done,
                        now.tarballs, (unsigned long long) now.bytes);
        f->shown = now;

        r = sd_event_source_set_time_relative(s, f->changed_usec == changed ? WAITING_USEC
                                                                            : PROGRESS_USEC);
        return r < 0 ? r : sd_event_source_set_enabled(s, SD_EVENT_ONESHOT);
}

static int run(Fetch *f, Error *e) {
        int r;

        r = sd_event_add_time_relative(f->event, NULL, CLOCK_MONOTONIC, PROGRESS_USEC, 0,
                                       on_progress, f);
        if (r < 0)
                return r;
        f->changed_usec = now_usec();
        fetch_advance(f);
        r = sd_event_loop(f->event);
        if (f->r < 0)
                return error_set(e, f->r, "%s", error_text(&f->error, f->r));
        if (r < 0)
                return r;

        /* Head starts that nothing came of may still be at work in the folder that goes now. */
        f->registry = registry_free(f->registry);
        return layout_finish(f, e);
}

static void fetch_done(Fetch *f) {
        /* The threads of these work on what follows. */
        f->pool = pool_free(f->pool);
        f->registry = registry_free(f->registry);
        archives_free(f);
        signatures_free(f);
        free(f->places);
        f->confirmation = packument_free(f->confirmation);
        f->resolver = resolver_free(f->resolver);
        f->spec = spec_free(f->spec);
        f->npmrc = npmrc_free(f->npmrc);
        f->event = sd_event_unref(f->event);
        free(f->node_version);
        free(f->repository);
        json_object_putp(&f->notices);
        error_clear(&f->error);
        (void) safe_close(f->tree_fd);
        (void) safe_close(f->unpacked_fd);
}

/* `confirm`: nothing is taken from the cache unasked. `ret_unasked` is whether anything was. */
static int attempt(const Request *request, bool confirm, Error *e, json_object **ret,
                   bool *ret_unasked) {
        _cleanup_(fetch_done) Fetch f = {
                .request = request, .confirm = confirm, .tree_fd = -EBADF, .unpacked_fd = -EBADF
        };
        int r;

        r = prepare(&f, e);
        if (r >= 0)
                r = run(&f, e);
        *ret_unasked = f.unasked;
        return r < 0 ? r : layout_result(&f, e, ret);
}

/* What an attempt has left in the tree. */
static int clear_tree(const Request *request, Error *e) {
        static const char *const names[] = { "node_modules", UNPACKED_FOLDER };
        _cleanup_(closep) int fd = open_folder(AT_FDCWD, request->tree);
        int r = fd;

        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(names); i++)
                r = remove_tree_at(fd, names[i]);
        return r < 0 ? error_set(e, r, "cannot clear %s: %s", request->tree, strerror(-r)) : 0;
}

int install(const Request *request, Error *e, json_object **ret) {
        bool unasked;
        int r;

        r = attempt(request, /* confirm= */ false, e, ret, &unasked);
        if ((r != -ESTALE && r != -ENOENT && r != -ENOKEY) || !unasked || request->offline ||
            request->prefer_offline)
                return r;
        /* The cache knows older documents than the registry: ask about each. */
        if (!request->spec && lseek(STDIN_FILENO, 0, SEEK_SET) < 0)
                return r;
        error_clear(e);
        r = clear_tree(request, e);
        return r < 0 ? r : attempt(request, /* confirm= */ true, e, ret, &unasked);
}
