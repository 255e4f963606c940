/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The few macros every file may count on. */

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define _cleanup_(f)   __attribute__((cleanup(f)))
#define _printf_(a, b) __attribute__((format(printf, a, b)))
#define _unused_       __attribute__((unused))

#define ELEMENTSOF(x)  (sizeof(x) / sizeof((x)[0]))
#define MIN2(a, b)     ((a) < (b) ? (a) : (b))
#define MAX2(a, b)     ((a) > (b) ? (a) : (b))

/* Ownership leaves a cleanup variable through these, at the one success exit. */
#define TAKE_GENERIC(var, type, none) \
        ({ \
                type *_p = &(var); \
                type _v = *_p; \
                *_p = none; \
                _v; \
        })
#define TAKE_PTR(ptr) TAKE_GENERIC(ptr, __typeof__(ptr), NULL)
#define TAKE_FD(fd)   TAKE_GENERIC(fd, int, -EBADF)

/* The same of a structure whose cleanup has nothing to do where all of it is zero. */
#define TAKE_STRUCT(s) TAKE_GENERIC(s, __typeof__(s), (__typeof__(s)) {})

/* DEFINE_CLEANUP(Store *, store_close) makes store_closep for _cleanup_(). `f` takes NULL. */
#define DEFINE_CLEANUP(type, f) \
        static inline void f##p(type *p) { \
                if (*p) \
                        f(*p); \
        } \
        struct f##_cleanup_defined

static inline void freep(void *p) {
        free(*(void **) p);
}

static inline void closep(int *fd) {
        if (*fd >= 0)
                (void) close(*fd);
}

static inline void fclosep(FILE **f) {
        if (*f)
                (void) fclose(*f);
}

/* close() and the value an empty descriptor variable has. */
static inline int safe_close(int fd) {
        if (fd >= 0)
                (void) close(fd);
        return -EBADF;
}

#define USEC_PER_SEC  UINT64_C(1000000)
#define USEC_PER_MSEC UINT64_C(1000)
#define NSEC_PER_USEC UINT64_C(1000)
#define NSEC_PER_SEC  UINT64_C(1000000000)
#define USEC_INFINITY UINT64_MAX
