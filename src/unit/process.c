/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/process.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "basic/fs.h"
#include "basic/string-util.h"
#include "basic/user.h"

#define STAT_MAX 1024

static uint64_t ticks_to_nsec(unsigned long long ticks) {
        return ticks * (NSEC_PER_SEC / (uint64_t) sysconf(_SC_CLK_TCK));
}

static uint64_t age_of(unsigned long long start) {
        uint64_t since = ticks_to_nsec(start), now;
        struct timespec ts;

        (void) clock_gettime(CLOCK_BOOTTIME, &ts);
        now = (uint64_t) ts.tv_sec * NSEC_PER_SEC + (uint64_t) ts.tv_nsec;
        return now > since ? (now - since) / NSEC_PER_USEC : 0;
}

/* Numbers after the name and the state, by their order. */
enum {
        STAT_UTIME = 10,
        STAT_CSTIME = 13,
        STAT_STARTTIME = 18,
        STAT_RSS = 20,
        _STAT_MAX,
};

/* The name may hold spaces and parentheses, nothing after it does. */
static int parse_stat(const char *text, ProcessState *ret) {
        const char *name = strchr(text, '('), *rest = strrchr(text, ')');
        unsigned long long numbers[_STAT_MAX], ticks = 0;
        const char *p;
        ProcessState s = {};
        char *end;

        if (!name || !rest || rest < name || (size_t) (rest - name) > sizeof(s.name) ||
            strlen(rest) < strlen(") S "))
                return -ESRCH;
        p = rest + strlen(") S ");
        for (size_t i = 0; i < _STAT_MAX; i++, p = end) {
                numbers[i] = strtoull(p, &end, 10);
                if (end == p)
                        return -ESRCH;
        }
        for (size_t i = STAT_UTIME; i <= STAT_CSTIME; i++)
                ticks += numbers[i];

        memcpy(s.name, name + 1, (size_t) (rest - name) - 1);
        s.age_usec = age_of(numbers[STAT_STARTTIME]);
        s.memory = numbers[STAT_RSS] * (uint64_t) sysconf(_SC_PAGESIZE);
        s.cpu_nsec = ticks_to_nsec(ticks);
        *ret = s;
        return 0;
}

int process_state(pid_t pid, ProcessState *ret) {
        _cleanup_(closep) int fd = -EBADF;
        char path[32], text[STAT_MAX];
        struct stat st;
        ssize_t n;
        int r;

        /* The folder is its user's also where its files are root's (PR_SET_DUMPABLE). */
        (void) snprintf(path, sizeof(path), "/proc/%d", (int) pid);
        if (stat(path, &st) < 0)
                return -ESRCH;
        (void) snprintf(path, sizeof(path), "/proc/%d/stat", (int) pid);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        n = fd < 0 ? fd : read(fd, text, sizeof(text) - 1);
        if (n < 0)
                return -ESRCH;
        text[n] = 0;
        r = parse_stat(text, ret);
        if (r < 0)
                return r;
        ret->uid = st.st_uid;
        return 0;
}

int process_user_name(uid_t uid, char **ret) {
        char path[64];

        (void) snprintf(path, sizeof(path), "/run/systemd/dynamic-uid/direct:%u", (unsigned) uid);
        return readlink_at(AT_FDCWD, path, ret) >= 0 ? 0 : user_name(uid, ret);
}
