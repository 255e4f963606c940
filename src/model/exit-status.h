/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the exit status of a unit's main process means where the process itself never came to run:
 * pm2-launch's own, which RestartPreventExitStatus= names since another try would end alike, and
 * those with which systemd reports that it could not set the process up. */

#include "basic/macro.h"

/* From the range that init scripts leave to applications; published modules use small numbers. */
enum {
        EXIT_STATUS_USAGE = 170,       /* called with the wrong arguments */
        EXIT_STATUS_PACKAGE = 171,     /* package.json or module.json cannot be read */
        EXIT_STATUS_SETTINGS = 172,    /* a settings file cannot be read, or is too large */
        EXIT_STATUS_INTERPRETER = 173, /* not found, or cannot be executed */
        EXIT_STATUS_CHANNEL = 174,     /* no bridge: out of processes, descriptors or memory */
        EXIT_STATUS_FOLDER = 175,      /* a linked folder that is gone, or not what was linked */
};

/* All of pm2-launch's own. */
extern const uint8_t exit_status_launch[];
extern const size_t n_exit_status_launch;

/* The clause that says what such a status means ("its package.json cannot be read"); NULL for one
 * that is the module's own. */
const char *exit_status_text(int status);
