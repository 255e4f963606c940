/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/user.h"

#include <ctype.h>
#include <grp.h>
#include <pwd.h>

#include "basic/clock.h"
#include "basic/string-util.h"

static int parse_number(const char *s, uint32_t *ret) {
        unsigned long long n;
        char *end;

        if (!isdigit((unsigned char) s[0]))
                return -EINVAL;
        errno = 0;
        n = strtoull(s, &end, 10);
        /* the two largest numbers mean "unchanged" to one system call or another */
        if (errno || *end || n >= UINT16_MAX * (unsigned long long) 65537 || n == UINT16_MAX)
                return -EINVAL;
        *ret = (uint32_t) n;
        return 0;
}

/* Acting as the owners of a hundred folders looks the same account up a hundred times. It may
 * change, so what was found is only used for a moment. */
#define ACCOUNT_USEC (1 * USEC_PER_SEC)

/* By name, or by number where that is NULL. */
static const struct passwd *find_account(const char *user, uid_t uid) {
        static struct {
                char name[256];
                struct passwd pw;
                uint64_t since;
        } last;
        uint64_t now = now_usec();
        struct passwd *pw;

        if (last.since && now - last.since < ACCOUNT_USEC &&
            (user ? streq(last.name, user) : last.pw.pw_uid == uid))
                return &last.pw;
        pw = user ? getpwnam(user) : getpwuid(uid);
        if (pw && strlen(pw->pw_name) < sizeof(last.name)) {
                last.pw = (struct passwd) { .pw_uid = pw->pw_uid, .pw_gid = pw->pw_gid };
                last.since = now;
                (void) strcpy(last.name, pw->pw_name);
        }
        return pw;
}

int user_lookup(const char *user, uid_t *ret_uid, gid_t *ret_gid) {
        const struct passwd *pw;
        uint32_t number;

        if (user[0] == 0)
                return -EINVAL;

        if (parse_number(user, &number) >= 0) {
                pw = getpwuid(number);
                *ret_uid = number;
                *ret_gid = pw ? pw->pw_gid : number;
                return 0;
        }

        pw = find_account(user, UID_NONE);
        if (!pw)
                return -ESRCH;
        *ret_uid = pw->pw_uid;
        *ret_gid = pw->pw_gid;
        return 0;
}

int user_primary_group(uid_t uid, gid_t *ret) {
        const struct passwd *pw = find_account(NULL, uid);

        if (!pw)
                return -ESRCH;
        *ret = pw->pw_gid;
        return 0;
}

int group_lookup(const char *group, gid_t *ret_gid) {
        struct group *gr;
        uint32_t number;

        if (group[0] == 0)
                return -EINVAL;
        if (parse_number(group, &number) >= 0) {
                *ret_gid = number;
                return 0;
        }

        gr = getgrnam(group);
        if (!gr)
                return -ESRCH;
        *ret_gid = gr->gr_gid;
        return 0;
}

int user_name(uid_t uid, char **ret) {
        struct passwd *pw = getpwuid(uid);

        if (!pw)
                return strdupf(ret, "%u", (unsigned) uid);
        *ret = strdup(pw->pw_name);
        return *ret ? 0 : -ENOMEM;
}

int group_name(gid_t gid, char **ret) {
        struct group *gr = getgrgid(gid);

        if (!gr)
                return strdupf(ret, "%u", (unsigned) gid);
        *ret = strdup(gr->gr_name);
        return *ret ? 0 : -ENOMEM;
}

/* Accounts whose primary group it is need not be listed as its members. */
static bool is_primary_of_others(gid_t gid, uid_t uid) {
        const struct passwd *pw;
        bool found = false;

        setpwent();
        while (!found && (pw = getpwent()))
                found = pw->pw_gid == gid && pw->pw_uid != uid;
        endpwent();
        return found;
}

int group_is_private(gid_t gid, uid_t uid) {
        const struct passwd *pw = getpwuid(uid);
        _cleanup_(freep) char *name = NULL;
        const struct group *gr;

        if (!pw || pw->pw_gid != gid)
                return 0;
        name = strdup(pw->pw_name);
        if (!name)
                return -ENOMEM;
        gr = getgrgid(gid);
        if (!gr || !streq(gr->gr_name, name))
                return 0;
        for (char **member = gr->gr_mem; *member; member++)
                if (!streq(*member, name))
                        return 0;
        return !is_primary_of_others(gid, uid);
}

/* Identity is the process's, and so is this. */
static bool acting;

int user_become(uid_t uid, gid_t gid) {
        assert(uid != UID_NONE);

        if (geteuid() != 0 || uid == 0)
                return 0;
        acting = true;
        if (setgroups(0, NULL) < 0 || setegid(gid) < 0)
                return -errno;
        if (seteuid(uid) < 0) {
                int r = -errno;

                (void) user_return();
                return r;
        }
        return 0;
}

int user_return(void) {
        if (!acting)
                return 0;
        acting = false;
        /* root's supplementary groups are not put back: root needs none */
        return seteuid(0) < 0 || setegid(getgid()) < 0 ? -errno : 0;
}
