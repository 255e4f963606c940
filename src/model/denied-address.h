/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The addresses that modules are denied by default, and the name servers among them. */

#include "basic/macro.h"

/* Link-local addresses, where clouds give credentials to any process of the machine, and other
 * addresses that do the same: AWS and Google over IPv6, Oracle's and Alibaba's. */
#define DENIED_ADDRESSES \
        "169.254.0.0/16", "192.0.0.192/32", "100.100.100.200/32", "fe80::/10", \
                "fd00:ec2::254/128", "fd20:ce::254/128"

typedef struct NameServers {
        char **allowed; /* "ADDRESS/LENGTH" of those that would be denied for being link-local */
        char **denied;  /* "ADDRESS" of those at which credentials are handed out too */
        size_t n;       /* of all that there are, those that are denied by nothing included */
} NameServers;

/* From the text of resolv.conf(5). What is not an address is skipped, as resolvers do. -ENOMEM. */
int name_servers_parse(const char *text, NameServers *ret);

/* Frees what it owns. */
void name_servers_done(NameServers *n);

/* Whether an address is in one of these prefixes. False for what is not an address. */
bool address_matches(const char *address, const char *const *prefixes);
