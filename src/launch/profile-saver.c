/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "launch/profile-saver.h"

#include <fcntl.h>
#include <sys/file.h>
#include <time.h>

#include "basic/error.h"
#include "basic/fs.h"
#include "basic/string-util.h"

#define PROFILES  "profiles"
#define TEMPORARY ".new"
#define NAMES_MAX 1000 /* in one second */

void profile_saver_drop(ProfileSaver *s) {
        if (s->parser.out)
                (void) fclose(s->parser.out);
        if (s->dir_fd >= 0)
                (void) unlinkat(s->dir_fd, TEMPORARY, 0);
        s->dir_fd = safe_close(s->dir_fd);
        s->parser = (ProfileParser) {};
}

static int open_file(ProfileSaver *s) {
        _cleanup_(closep) int folder_fd = -EBADF, dir_fd = -EBADF, fd = -EBADF;

        if (!s->folder)
                return -ENOENT;
        folder_fd = open(s->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder_fd < 0)
                return -errno;
        dir_fd = open_or_mkdir_at(folder_fd, PROFILES, 0700);
        if (dir_fd < 0)
                return dir_fd;
        /* the module's other units save theirs here, too */
        if (flock(dir_fd, LOCK_EX | LOCK_NB) < 0)
                return -errno;
        /* left by a bridge that was killed */
        if (unlinkat(dir_fd, TEMPORARY, 0) < 0 && errno != ENOENT)
                return -errno;
        fd = openat(dir_fd, TEMPORARY, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0)
                return -errno;

        s->parser = (ProfileParser) { .out = fdopen(fd, "w") };
        if (!s->parser.out)
                return -errno;
        (void) TAKE_FD(fd);
        s->dir_fd = TAKE_FD(dir_fd);
        return 0;
}

int profile_saver_take(ProfileSaver *s, const char *text, size_t size) {
        int r;

        assert(s);
        assert(text);

        if (!profile_saver_is_open(s)) {
                r = open_file(s);
                if (r < 0)
                        return r;
        }
        if (s->parser.size <= PROFILE_MAX)
                profile_parse(&s->parser, text, size);
        return 0;
}

/* A name that is free: when it came, and what it is. */
static int link_file(ProfileSaver *s, char **ret) {
        time_t now = time(NULL);
        char stamp[32];
        struct tm tm;

        (void) strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", gmtime_r(&now, &tm));
        for (unsigned i = 1; i <= NAMES_MAX; i++) {
                char name[96];

                (void) snprintf(name, sizeof(name), "%s-%u%s", stamp, i,
                                profile_suffix(s->parser.type));
                if (linkat(s->dir_fd, TEMPORARY, s->dir_fd, name, 0) >= 0)
                        return strdupf(ret, "%s/" PROFILES "/%s", s->folder, name);
                if (errno != EEXIST)
                        return -errno;
        }
        return -EEXIST;
}

static int finish_file(ProfileSaver *s, Error *e, char **ret) {
        if (s->parser.size > PROFILE_MAX)
                return error_set(e, -EFBIG, "the profile is larger than %u MiB",
                                 PROFILE_MAX / 1024 / 1024);
        if (!s->parser.found)
                return error_set(e, -ENODATA, "it holds no profile");
        if (ferror(s->parser.out) || fflush(s->parser.out) != 0)
                return -EIO;
        return link_file(s, ret);
}

int profile_saver_save(ProfileSaver *s, Error *e, SavedProfile *ret) {
        SavedProfile saved = { .size = s->parser.size };
        int r;

        assert(profile_saver_is_open(s));
        assert(ret);

        (void) snprintf(saved.type, sizeof(saved.type), "%s", s->parser.type);
        r = finish_file(s, e, &saved.file);
        if (r < 0)
                (void) error_set(e, r, "cannot save the profile in %s: %s", s->folder,
                                 strerror(-r));
        profile_saver_drop(s);
        if (r < 0)
                return r;
        *ret = saved;
        return 0;
}
