/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/denied-address.h"

#include <arpa/inet.h>

#include "basic/string-util.h"
#include "basic/strv.h"

#define ADDRESS_MAX INET6_ADDRSTRLEN

/* Clouds' metadata services, some of which answer for names as well: all clouds', AWS's for
 * containers, Tencent's, OpenStack's. */
static const char *const credentials[] = {
        "169.254.169.254/32",  "169.254.170.0/24", "169.254.0.23/32",
        "fe80::a9fe:a9fe/128", "192.0.0.192/32",   "100.100.100.200/32",
        "fd00:ec2::254/128",   "fd20:ce::254/128", NULL,
};
static const char *const denied[] = { DENIED_ADDRESSES, NULL };

/* The bytes of an address: how many, or 0 if it is invalid. */
static size_t parse_address(const char *text, size_t n, uint8_t bytes[static 16]) {
        char copy[ADDRESS_MAX];

        if (n >= sizeof(copy))
                return 0;
        memcpy(copy, text, n);
        copy[n] = 0;
        if (inet_pton(AF_INET, copy, bytes) == 1)
                return 4;
        return inet_pton(AF_INET6, copy, bytes) == 1 ? 16 : 0;
}

static bool begins_alike(const uint8_t *a, const uint8_t *b, size_t bits) {
        uint8_t mask = (uint8_t) (0xff00 >> bits % 8);

        return memcmp(a, b, bits / 8) == 0 &&
               (bits % 8 == 0 || ((a[bits / 8] ^ b[bits / 8]) & mask) == 0);
}

bool address_matches(const char *address, const char *const *prefixes) {
        uint8_t bytes[16], of_prefix[16];
        size_t n = parse_address(address, strlen(address), bytes);

        for (size_t i = 0; n > 0 && prefixes && prefixes[i]; i++) {
                const char *slash = strchr(prefixes[i], '/');
                unsigned long bits = slash ? strtoul(slash + 1, NULL, 10) : n * 8;
                size_t length = slash ? (size_t) (slash - prefixes[i]) : strlen(prefixes[i]);

                if (parse_address(prefixes[i], length, of_prefix) == n && bits <= n * 8 &&
                    begins_alike(bytes, of_prefix, bits))
                        return true;
        }
        return false;
}

static int add_server(const char *word, size_t size, NameServers *n) {
        char address[ADDRESS_MAX];
        uint8_t bytes[16];
        size_t length = MIN2(size, strcspn(word, "%")); /* fe80::1%eth0 */

        if (parse_address(word, length, bytes) == 0)
                return 0;
        n->n++;
        memcpy(address, word, length);
        address[length] = 0;
        if (!address_matches(address, denied))
                return 0;
        if (address_matches(address, credentials))
                return strv_extend(&n->denied, address);
        return strv_extendf(&n->allowed, "%s/%d", address, strchr(address, ':') ? 128 : 32);
}

int name_servers_parse(const char *text, NameServers *ret) {
        _cleanup_(name_servers_done) NameServers n = {};

        for (const char *line = text, *next; *line; line = next) {
                const char *rest = startswith(line, "nameserver");
                size_t blanks = rest ? strspn(rest, " \t") : 0;

                next = line + strcspn(line, "\n");
                next += *next == '\n';
                if (blanks == 0)
                        continue;
                rest += blanks;
                if (add_server(rest, strcspn(rest, " \t\r\n"), &n) < 0)
                        return -ENOMEM;
        }
        *ret = TAKE_STRUCT(n);
        return 0;
}

void name_servers_done(NameServers *n) {
        strv_free(n->allowed);
        strv_free(n->denied);
        *n = (NameServers) {};
}
