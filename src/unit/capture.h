/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The reading end of a pipe on an event loop: keeps what comes, or hands it on by lines. */

#include <systemd/sd-event.h>

#include "basic/macro.h"

#define CAPTURE_LINE_MAX 4096U /* a longer line is cut in two */

typedef struct Capture Capture;

/* A line without its newline, control characters and all; a NUL in it became a blank. */
typedef void (*CaptureLine)(const char *line, void *userdata);

/* Makes the pipe; its writing end is the caller's to hand over and close. With `on_line` lines are
 * handed on, without it up to `max` bytes are kept. -ENOMEM, or an errno of pipe2(2). */
int capture_new(sd_event *event, CaptureLine on_line, void *userdata, size_t max, Capture **ret,
                int *ret_write_fd);
Capture *capture_free(Capture *c);
DEFINE_CLEANUP(Capture *, capture_free);

/* Whether all writing ends are closed and everything was read; true for NULL. */
bool capture_ended(const Capture *c);

/* Whether more came than is kept, or it could not be read: -EFBIG and the like, 0 if all is well.
 */
int capture_error(const Capture *c);

/* What was kept, with a NUL behind it, to be freed; never NULL but for lack of memory. */
char *capture_take(Capture *c, size_t *ret_size);
