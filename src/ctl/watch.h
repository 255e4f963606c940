/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A linked module is started again when something in its folder changes. The watching is done by a
 * unit of its own, pm2-watch@<id>.service, which outlives the module: when a mistake has driven
 * that into failure, saving the mended file starts it again. */

#include "ctl/ctl.h"

/* Starts the watch of a linked module; nothing for one that is not linked, or watched already. Says
 * itself what is wrong, and that changes do not restart the module then. */
int watch_start(Context *c, const char *name);

int watch_stop(Context *c, const char *name, Error *e);
