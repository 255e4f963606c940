/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/watch-tree.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>

#include "basic/clock.h"
#include "basic/fs.h"
#include "basic/path.h"
#include "basic/string-util.h"

#define WATCH_DEPTH_MAX 64

#define WATCH_MASK \
        (IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | \
         IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK)

struct WatchTree {
        int fd;
        char **folders; /* by watch descriptor: paths below the root, "" for that itself */
        size_t n, count;
};

WatchTree *watch_tree_close(WatchTree *tree) {
        if (!tree)
                return NULL;
        tree->fd = safe_close(tree->fd);
        for (size_t i = 0; i < tree->n; i++)
                free(tree->folders[i]);
        free(tree->folders);
        free(tree);
        return NULL;
}

size_t watch_tree_count(const WatchTree *tree) {
        return tree->count;
}

/* -- watching ---------------------------------------------------------------------------------- */

/* A folder that has moved keeps its descriptor, and gets its new path here. */
static int tree_remember(WatchTree *tree, size_t wd, const char *path) {
        if (wd >= tree->n) {
                size_t n = MAX2(2 * tree->n, wd + 64);
                char **grown = realloc(tree->folders, n * sizeof(char *));

                if (!grown)
                        return -ENOMEM;
                memset(grown + tree->n, 0, (n - tree->n) * sizeof(char *));
                tree->folders = grown;
                tree->n = n;
        }
        tree->count += !tree->folders[wd];
        return free_and_strdup(tree->folders + wd, path) < 0 ? -ENOMEM : 0;
}

static void tree_forget(WatchTree *tree, size_t wd) {
        if (wd >= tree->n || !tree->folders[wd])
                return;
        free(tree->folders[wd]);
        tree->folders[wd] = NULL;
        tree->count--;
}

/* Adds the folder by its descriptor, since a link may have been put in its place meanwhile. */
static int tree_add_folder(WatchTree *tree, int folder_fd, const char *path) {
        char by_fd[64];
        int wd;

        (void) snprintf(by_fd, sizeof(by_fd), "/proc/self/fd/%d", folder_fd);
        wd = inotify_add_watch(tree->fd, by_fd, WATCH_MASK);
        return wd < 0 ? -errno : tree_remember(tree, (size_t) wd, path);
}

/* A walk down the folder. */
typedef struct Walk {
        WatchTree *tree;
        const WatchRule *rules;
        size_t n;
} Walk;

static bool rules_want_folder(const WatchRule *rules, size_t n, const char *path) {
        for (size_t i = 0; i < n; i++)
                if (watch_rule_wants(rules + i, path, /* is_folder= */ true))
                        return true;
        return false;
}

static char *path_below(const char *folder, const char *name) {
        return folder[0] ? path_join(folder, name) : strdup(name);
}

static int walk_add(const Walk *w, int parent_fd, const char *name, const char *path,
                    unsigned depth) {
        _cleanup_(closedirp) DIR *d = NULL;
        int r;

        if (depth > WATCH_DEPTH_MAX)
                return 0;
        r = opendir_at(parent_fd, name, &d);
        if (r < 0) /* gone again, or not the owner's to read: nothing to watch; the root must be
                      there */
                return depth == 0 ? r : 0;
        r = tree_add_folder(w->tree, dirfd(d), path);
        if (r < 0)
                return r;

        for (struct dirent *entry; (entry = readdir(d));) {
                _cleanup_(freep) char *below = NULL;

                if (entry->d_type != DT_DIR || watch_name_is_ignored(entry->d_name))
                        continue;
                below = path_below(path, entry->d_name);
                if (!below)
                        return -ENOMEM;
                if (!rules_want_folder(w->rules, w->n, below))
                        continue;
                r = walk_add(w, dirfd(d), entry->d_name, below, depth + 1);
                if (r < 0)
                        return r;
        }
        return 0;
}

int watch_tree_refresh(int fd, const char *path, const WatchRule *rules, size_t n, Error *e,
                       WatchTree **tree) {
        int r;

        if (!*tree) {
                *tree = calloc(1, sizeof(WatchTree));
                if (!*tree)
                        return -ENOMEM;
                (*tree)->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
                if ((*tree)->fd < 0)
                        return error_set(e, -errno, "cannot watch: %s", strerror(errno));
        }

        r = walk_add(&(Walk) { *tree, rules, n }, fd, ".", "", 0);
        if (r == -ENOSPC)
                return error_set(e, r,
                                 "%s has more folders than may be watched (%zu were): raise "
                                 "fs.inotify.max_user_watches, or leave folders out with "
                                 "'ignore_watch' in package.json",
                                 path, (*tree)->count);
        return r < 0 ? error_set(e, r, "%s: %s", path, strerror(-r)) : 0;
}

/* -- waiting ----------------------------------------------------------------------------------- */

/* Notes which rules want it; 1 if any does. */
static int tree_take_event(WatchTree *tree, const struct inotify_event *event, WatchRule *rules,
                           size_t n) {
        const char *folder = event->wd >= 0 && (size_t) event->wd < tree->n
                                     ? tree->folders[event->wd]
                                     : NULL;
        bool all = event->mask & IN_Q_OVERFLOW, any = all;
        _cleanup_(freep) char *path = NULL;

        if (event->mask & IN_IGNORED) {
                tree_forget(tree, (size_t) event->wd);
                return 0;
        }
        if (!all && (!folder || (event->len > 0 && watch_name_is_ignored(event->name))))
                return 0;
        path = all ? NULL : event->len > 0 ? path_below(folder, event->name) : strdup(folder);
        if (!all && !path)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++)
                if (all ||
                    watch_rule_wants(rules + i, path, event->len == 0 || event->mask & IN_ISDIR))
                        rules[i].changed = any = true;
        return any;
}

/* Reads what is there: 1 if anything in it counts, 0 if nothing does. */
static int tree_drain(WatchTree *tree, WatchRule *rules, size_t n_rules) {
        char buffer[16384] __attribute__((aligned(__alignof__(struct inotify_event))));
        int counts = 0;

        for (;;) {
                ssize_t n = read(tree->fd, buffer, sizeof(buffer));

                if (n < 0 && errno != EINTR)
                        return errno == EAGAIN ? counts : -errno;
                for (char *p = buffer; p < buffer + n;) {
                        const struct inotify_event *event = (const struct inotify_event *) p;
                        int r = tree_take_event(tree, event, rules, n_rules);

                        if (r < 0)
                                return r;
                        counts |= r;
                        p += sizeof(struct inotify_event) + event->len;
                }
        }
}

static uint64_t rules_quiet(const WatchRule *rules, size_t n) {
        uint64_t quiet = WATCH_QUIET_USEC;

        for (size_t i = 0; i < n; i++)
                if (rules[i].changed)
                        quiet = MAX2(quiet, rules[i].delay_usec);
        return quiet;
}

int watch_tree_wait(WatchTree *tree, WatchRule *rules, size_t n, Error *e) {
        struct pollfd p = { .fd = tree->fd, .events = POLLIN };
        uint64_t first = 0, last = 0;

        for (size_t i = 0; i < n; i++)
                rules[i].changed = false;
        for (;;) {
                uint64_t quiet = rules_quiet(rules, n), now = now_usec(),
                         end = MIN2(last + quiet, first + MAX2(quiet, WATCH_BURST_USEC));
                int r;

                if (first && now >= end)
                        return 0;
                r = poll(&p, 1, first ? (int) ((end - now) / USEC_PER_MSEC) + 1 : -1);
                if (r < 0 && errno != EINTR)
                        return error_set(e, -errno, "cannot watch: %s", strerror(errno));
                r = r > 0 ? tree_drain(tree, rules, n) : 0;
                if (r < 0)
                        return error_set(e, r, "cannot watch: %s", strerror(-r));
                if (r == 0)
                        continue;
                last = now_usec();
                first = first ? first : last;
        }
}
