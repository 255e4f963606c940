/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/linked-folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "basic/fs.h"
#include "basic/path-chain.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/user.h"
#include "store/module-folder.h"
#include "store/store-internal.h"

#define UID_MAP_MAX (64U * 1024U) /* the kernel takes 340 lines */

/* -- which folder it is ------------------------------------------------------------------------ */

int linked_identify(int fd, LinkedFolder *l) {
        struct statfs fs;
        struct stat st;

        if (fstat(fd, &st) < 0 || fstatfs(fd, &fs) < 0)
                return -errno;
        l->owner = st.st_uid;
        l->device = st.st_dev;
        l->inode = st.st_ino;
        static_assert(sizeof(fs.f_fsid) == sizeof(l->filesystem), "the id of a file system");
        memcpy(&l->filesystem, &fs.f_fsid, sizeof(l->filesystem));
        l->recorded = true;
        return 0;
}

/* The numbers of btrfs subvolumes, of volumes of the device mapper and of network file systems may
 * be others after a reboot. */
static bool is_same_device(const LinkedFolder *was, const LinkedFolder *is) {
        return was->device == is->device ||
               (was->filesystem != 0 && was->filesystem == is->filesystem);
}

/* In a unit with PrivateUsers= all users but root and its own look alike. */
static bool is_user_visible(uid_t uid) {
        _cleanup_(freep) char *text = NULL;

        if (uid == geteuid() ||
            read_file_at(AT_FDCWD, "/proc/self/uid_map", UID_MAP_MAX, &text, NULL) < 0)
                return true;
        for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line != 0) {
                unsigned first, outside, count;

                if (sscanf(line, "%u %u %u", &first, &outside, &count) == 3 && uid >= first &&
                    uid - first < count)
                        return true;
        }
        return false;
}

static int refuse_owner(const Module *m, const LinkedFolder *is, Error *e) {
        _cleanup_(freep) char *was_name = NULL, *is_name = NULL;

        if (user_name(m->linked.owner, &was_name) < 0 || user_name(is->owner, &is_name) < 0)
                return -ENOMEM;
        if (!is_user_visible(is->owner))
                return error_set(
                        e, -ESTALE,
                        "%s is not the directory that was linked: that was owned by '%s' "
                        "(UID %u), this is owned by another user; to use it, link it again "
                        "with 'pm2ctl install %s'",
                        m->link, was_name, (unsigned) m->linked.owner, m->link);
        return error_set(
                e, -ESTALE,
                "%s is not the directory that was linked: that was owned by '%s' (UID %u), "
                "this is owned by '%s' (UID %u); to use it, link it again with 'pm2ctl "
                "install %s'",
                m->link, was_name, (unsigned) m->linked.owner, is_name, (unsigned) is->owner,
                m->link);
}

static int compare_folder(const Module *m, int fd, Error *e) {
        const LinkedFolder *was = &m->linked;
        LinkedFolder is = {};
        int r;

        r = linked_identify(fd, &is);
        if (r < 0)
                return error_set(e, r, "cannot examine %s: %s", m->link, strerror(-r));
        if (was->owner != is.owner && is_user_visible(was->owner))
                return refuse_owner(m, &is, e);
        if (was->inode == is.inode && is_same_device(was, &is))
                return 0;
        return error_set(e, -ESTALE,
                         "%s is not the directory that was linked, but was created or moved there "
                         "later (device and inode were %u:%u %llu, and are %u:%u %llu); to use it, "
                         "link it again with 'pm2ctl install %s'",
                         m->link, major(was->device), minor(was->device),
                         (unsigned long long) was->inode, major(is.device), minor(is.device),
                         (unsigned long long) is.inode, m->link);
}

/* -- which users may change it ----------------------------------------------------------------- */

int linked_check_chain(const Module *m, const PathChain *chain, Error *e) {
        uid_t trusted[3];
        size_t n = 0;
        gid_t gid;

        assert(m->link);

        if (m->linked.recorded) {
                trusted[n++] = m->linked.owner;
                if (m->linked.user != UID_NONE)
                        trusted[n++] = m->linked.user;
        } else if (m->user && user_lookup(m->user, trusted + n, &gid) >= 0)
                n++;
        if (!m->user)
                trusted[n++] = geteuid(); /* what is linked in the user scope */
        return path_chain_check(chain, m->link, trusted, n, e);
}

/* Opens the folder of a module that pm2ctl 0.1 linked. */
static int open_unrecorded(const Module *m, Error *e) {
        _cleanup_(closep) int fd = -EBADF;
        _cleanup_(path_chain_done) PathChain chain = {};
        int r;

        fd = path_chain_open(m->link, e, &chain);
        if (fd < 0)
                return fd;
        r = linked_check_chain(m, &chain, e);
        if (r < 0)
                return error_prefix(e, -ESTALE,
                                    "pm2ctl 0.1 did not record which directory was linked, and "
                                    "this may be another one");
        return TAKE_FD(fd);
}

/* Where no folder is that could be compared. */
static int explain_open(const Module *m, int r, const Error *why, Error *e) {
        if (r == -ELOOP || r == -ENOTDIR)
                return error_set(e, -ESTALE,
                                 "%s is not the directory that was linked: %s; to use what is "
                                 "there, link it again with 'pm2ctl install %s'",
                                 m->link, error_text(why, r), m->link);
        return error_set(e, r, "cannot open the linked directory: %s", error_text(why, r));
}

int linked_open(const Module *m, Error *e) {
        _cleanup_(error_clear) Error why = ERROR_NULL;
        _cleanup_(closep) int fd = -EBADF;
        int r;

        assert(m->link);

        if (!m->linked.recorded)
                return open_unrecorded(m, e);
        fd = path_chain_open(m->link, &why, /* ret= */ NULL);
        if (fd < 0)
                return explain_open(m, fd, &why, e);
        r = compare_folder(m, fd, e);
        return r < 0 ? r : TAKE_FD(fd);
}

int linked_record(Store *s, Module *m, Error *e) {
        _cleanup_(closep) int fd = -EBADF, module_fd = -EBADF, release_fd = -EBADF;
        LinkedFolder l = { .user = UID_NONE };
        _cleanup_(freep) char *path = NULL;
        gid_t gid;
        int r;

        if (!m->link || m->linked.recorded)
                return 0;
        fd = linked_open(m, e);
        if (fd < 0)
                return fd;
        r = linked_identify(fd, &l);
        if (r < 0)
                return error_set(e, r, "cannot examine %s: %s", m->link, strerror(-r));
        if (m->user && user_lookup(m->user, &l.user, &gid) < 0)
                return error_set(e, -ESRCH, "the user '%s' does not exist", m->user);
        m->linked = l;

        path = path_join(RELEASES, m->release);
        if (!path)
                return -ENOMEM;
        module_fd = store_open_module(s, m->name);
        release_fd = module_fd < 0 ? module_fd : open_folder(module_fd, path);
        r = release_fd < 0 ? release_fd : module_file_write(release_fd, m);
        return r < 0 ? error_set(e, r, "cannot record which directory is linked: %s", strerror(-r))
                     : 1;
}
