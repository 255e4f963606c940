/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/watch-tree.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>

#include "basic/clock.h"
#include "basic/fs.h"
#include "basic/string-util.h"

#define WATCH_DEPTH_MAX 64

#define WATCH_MASK                                                                                 \
        (IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF |   \
         IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK)

struct WatchTree {
        int fd;
};

WatchTree *watch_tree_close(WatchTree *tree) {
        if (!tree)
                return NULL;
        tree->fd = safe_close(tree->fd);
        free(tree);
        return NULL;
}

static bool is_ignored(const char *name) {
        return name[0] == '.' || streq(name, "node_modules") || endswith(name, "~");
}

/* Adds the folder by its descriptor, so that nobody can put a link in its place meanwhile. */
static int add_folder(int inotify_fd, int folder_fd) {
        char path[64];

        (void) snprintf(path, sizeof(path), "/proc/self/fd/%d", folder_fd);
        return inotify_add_watch(inotify_fd, path, WATCH_MASK) < 0 ? -errno : 0;
}

static int add_tree(int inotify_fd, int parent_fd, const char *name, unsigned depth) {
        _cleanup_(closedirp) DIR *d = NULL;
        int r;

        if (depth > WATCH_DEPTH_MAX)
                return 0;
        r = opendir_at(parent_fd, name, &d);
        if (r < 0) /* gone again, or not the owner's to read: nothing to watch; the root must be
                      there */
                return depth == 0 ? r : 0;
        r = add_folder(inotify_fd, dirfd(d));
        if (r < 0)
                return r;

        for (struct dirent *entry; (entry = readdir(d));) {
                if (entry->d_type != DT_DIR || is_ignored(entry->d_name))
                        continue;
                r = add_tree(inotify_fd, dirfd(d), entry->d_name, depth + 1);
                if (r < 0)
                        return r;
        }
        return 0;
}

int watch_tree_refresh(const char *path, Error *e, WatchTree **tree) {
        int r;

        if (!*tree) {
                *tree = malloc(sizeof(WatchTree));
                if (!*tree)
                        return -ENOMEM;
                (*tree)->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
                if ((*tree)->fd < 0)
                        return error_set(e, -errno, "cannot watch: %s", strerror(errno));
        }

        r = add_tree((*tree)->fd, AT_FDCWD, path, 0);
        if (r == -ENOSPC)
                return error_set(e, r,
                                 "%s has more folders than may be watched; raise "
                                 "fs.inotify.max_user_watches",
                                 path);
        return r < 0 ? error_set(e, r, "%s: %s", path, strerror(-r)) : 0;
}

/* Reads what is there: 1 if anything in it counts, 0 if nothing does. */
static int drain(int fd) {
        char buffer[16384] __attribute__((aligned(__alignof__(struct inotify_event))));
        int counts = 0;

        for (;;) {
                ssize_t n = read(fd, buffer, sizeof(buffer));

                if (n < 0)
                        return errno == EAGAIN ? counts : errno == EINTR ? 0 : -errno;
                for (char *p = buffer; p < buffer + n;) {
                        const struct inotify_event *event = (const struct inotify_event *) p;

                        if (!(event->mask & IN_IGNORED) &&
                            (event->len == 0 || !is_ignored(event->name)))
                                counts = 1;
                        p += sizeof(struct inotify_event) + event->len;
                }
        }
}

int watch_tree_wait(WatchTree *tree, uint64_t quiet, uint64_t burst, Error *e) {
        struct pollfd p = { .fd = tree->fd, .events = POLLIN };
        uint64_t first = 0;

        for (;;) {
                int r = poll(&p, 1, first ? (int) (quiet / USEC_PER_MSEC) : -1);

                if (r < 0 && errno != EINTR)
                        return error_set(e, -errno, "cannot watch: %s", strerror(errno));
                if (r == 0)
                        return 0;
                r = r < 0 ? 0 : drain(tree->fd);
                if (r < 0)
                        return error_set(e, r, "cannot watch: %s", strerror(-r));
                if (r > 0 && !first)
                        first = now_usec();
                if (first && now_usec() - first >= burst)
                        return 0;
        }
}
