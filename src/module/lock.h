/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Locks on modules, which keep a module as it is while another process does something to it. They
 * are held until the descriptor that is returned is closed, and end with the process. A caller
 * waits for as long as another process holds what it asks for; a signal that interrupt_catch()
 * notes ends the wait with -EINTR. Taken before the store's own lock (store_lock()), never after.
 */

#include "module/modules.h"

/* Exclusive: no other process installs, removes or starts the module. Returns the descriptor. */
int module_lock(Modules *modules, const char *name, Error *e);

/* Shared: no other process installs or removes the modules, while any may start them. For a caller
 * who may not write to the state it has no effect, and *ret_fd is -EBADF: whether such a caller may
 * start units is for systemd to decide. */
int modules_lock_shared(Modules *modules, char *const *names, Error *e, int *ret_fd);
