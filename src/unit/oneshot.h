/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Running a program as a unit of its own as one would run a child: with input, output and an exit
 * status. */

#include <systemd/sd-bus.h>

#include "unit/capture.h"

typedef struct Error Error;
typedef struct UnitSpec UnitSpec;

typedef struct OneshotIO {
        const void *input; /* on standard input; NULL: what the specification says */
        size_t input_size;
        size_t output_max; /* bytes of standard output, more stops it; 0: it goes to the journal */
        CaptureLine on_line; /* gets standard error; NULL: it goes to the journal */
        void *userdata;
} OneshotIO;

typedef struct OneshotResult {
        char *output; /* owned */
        size_t output_size;
        int status; /* exit status; -1 where it ended otherwise */
} OneshotResult;

void oneshot_result_done(OneshotResult *result);

/* Runs the specification of unit_spec_oneshot() to its end. On return, whatever came of it, the
 * unit is gone and no process of it is left; -EBUSY alone says that some cannot be ended (and
 * -EHOSTDOWN that there is no systemd any more). 0 if it exited with 0; -ECHILD with a clause if it
 * failed; -ETIMEDOUT; -EFBIG for too much output; -EINTR if SIGINT, SIGTERM or SIGHUP came, which
 * stop it. `ret` is filled in every case. */
int oneshot_run(sd_bus *bus, const UnitSpec *spec, const OneshotIO *io, Error *e,
                OneshotResult *ret);

/* Stops what another process left running under this name, if it did: when this returns 0, no
 * process of it is left. */
int oneshot_stop(sd_bus *bus, const char *slice, const char *unit, Error *e);
