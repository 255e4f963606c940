/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/strv.h"
#include "model/denied-address.h"
#include "tap.h"

static const struct {
        const char *text, *allowed, *denied;
        size_t n;
} files[] = {
        { "nameserver 169.254.169.253\n", "169.254.169.253/32", "", 1 }, /* AWS */
        { "nameserver 169.254.169.254\n", "", "169.254.169.254", 1 },    /* Google, Oracle */
        { "nameserver fe80::1%eth0\n", "fe80::1/128", "", 1 },           /* a router */
        { "nameserver fe80::a9fe:a9fe%2\n", "", "fe80::a9fe:a9fe", 1 },  /* OpenStack */
        { "nameserver FE80::A9FE:169.254\n", "", "", 0 },                /* no address */
        { "nameserver fe80:0:0:0:0:0:a9fe:a9fe\n", "", "fe80:0:0:0:0:0:a9fe:a9fe", 1 },
        { "nameserver fe80::169.254.169.254\n", "", "fe80::169.254.169.254", 1 },
        { "nameserver 100.100.100.200\n", "", "100.100.100.200", 1 },
        { "nameserver 169.254.170.2\n", "", "169.254.170.2", 1 },
        { "nameserver fd00:ec2::254\nnameserver fd00:ec2::253\n", "", "fd00:ec2::254", 2 },
        { "nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch .\n", "", "", 1 },
        { "nameserver 192.0.2.1\nnameserver 169.254.169.254\nnameserver 169.254.1.1",
          "169.254.1.1/32", "169.254.169.254", 3 },
        { "nameserver\t169.254.1.1 # a comment\r\n", "169.254.1.1/32", "", 1 },
        { "# nameserver 169.254.1.1\n;nameserver 169.254.1.1\n nameserver 169.254.1.1\n", "", "",
          0 },
        { "nameservers 169.254.1.1\nnameserver169.254.1.1\nnameserver\n169.254.1.1\n", "", "", 0 },
        { "nameserver 169.254.1.1/16\nnameserver 169.254.1\nnameserver x\n", "", "", 0 },
        { "nameserver 169.254.1.1000000000000000000000000000000000000000000000000000\n", "", "",
          0 },
        { "", "", "", 0 },
};

static const struct {
        const char *address, *prefix;
        bool matches;
} prefixes[] = {
        { "169.254.169.254", "169.254.0.0/16", true },
        { "169.255.0.1", "169.254.0.0/16", false },
        { "169.254.1.1", "169.254.1.1", true },
        { "169.254.1.1", "0.0.0.0/0", true },
        { "::1", "0.0.0.0/0", false },
        { "febf::1", "fe80::/10", true },
        { "fec0::1", "fe80::/10", false },
        { "10.1.2.3", "10.1.2.2/31", true },
        { "10.1.2.4", "10.1.2.2/31", false },
        { "10.1.2.4", "10.1.2.4/33", false },
        { "x", "0.0.0.0/0", false },
        { "10.1.2.4", "x/0", false },
};

int main(void) {
        for (size_t i = 0; i < ELEMENTSOF(files); i++) {
                _cleanup_(name_servers_done) NameServers n = {};
                _cleanup_(freep) char *allowed = NULL, *denied = NULL;

                ok(name_servers_parse(files[i].text, &n) == 0);
                allowed = strv_join(n.allowed, " ");
                denied = strv_join(n.denied, " ");
                ok_str(allowed, files[i].allowed);
                ok_str(denied, files[i].denied);
                ok(n.n == files[i].n);
        }
        for (size_t i = 0; i < ELEMENTSOF(prefixes); i++) {
                const char *const list[] = { "192.0.2.0/24", prefixes[i].prefix, NULL };

                printf("# %s in %s\n", prefixes[i].address, prefixes[i].prefix);
                ok(address_matches(prefixes[i].address, list) == prefixes[i].matches);
        }
        ok(!address_matches("10.1.2.3", NULL));
        return tap_done();
}
