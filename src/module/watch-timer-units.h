/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The units that restart a module's units: pm2-watch@<id>.service when a file changes, and a
 * pm2-cron@<id>[@<app>].timer for each app that is to be restarted at certain times. They outlive
 * the module's units: when a mistake has driven those into failure, the mended file or the next
 * time starts them again. A unit that is not there at all was stopped on purpose, and is left so.
 */

#include "module/units.h"

/* The loaded ones of all modules. */
int watch_timer_query(Modules *modules, Error *e, LoadedUnits *ret);

typedef struct WatchTimerStart {
        const Module *module;
        const Package *package;
        const LoadedUnits *loaded; /* watch_timer_query()'s */
        bool from_watch;           /* the module's watch is the caller, and goes on */
        bool keep_timers;          /* timers that are active are left alone */
} WatchTimerStart;

/* Starts those that the module's package declares, and stops the others. What does not work is a
 * note (WATCH_FAILED, TIMER_FAILED, STOP_FAILED): the module runs all the same. */
void watch_timer_start(Modules *modules, const WatchTimerStart *start);

/* Stops those of the modules. One that would not go is passed over. */
int watch_timer_stop(Modules *modules, char *const *names, Error *e);
