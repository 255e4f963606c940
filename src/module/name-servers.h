/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Name servers at addresses that modules are denied. */

#include "model/denied-address.h"
#include "module/modules.h"

/* This machine's, from resolv.conf(5); none in the user scope, where no address is denied. That the
 * file cannot be read is a note. -ENOMEM. Free with name_servers_done(). */
int name_servers_load(const Modules *modules, NameServers *ret);

/* Notes it if one of these units, which were started, can ask none of the name servers. Blocks for
 * a call to the manager for each unit where all servers are denied by default. */
void name_servers_check(Modules *modules, const NameServers *n, char *const *units);
