/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Name servers at addresses that modules are denied. */

#include "ctl/ctl.h"
#include "model/denied-address.h"

/* This machine's; none in the user scope, where no address is denied. -ENOMEM. */
int name_servers_load(const Context *c, NameServers *ret);

/* Warns if one of these units, which were started, can ask none of the name servers. */
void name_servers_check(Context *c, const NameServers *n, const char *const *units, size_t n_units);
