/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tap.h"
#include "unit/limits.h"

static const struct {
        const char *options;
        int found;
        uint64_t size;
} table[] = {
        { "mode=1777,size=64M,nr_inodes=4096,nosuid", 1, UINT64_C(64) << 20 },
        { "size=1G", 1, UINT64_C(1) << 30 },
        { "size=2t", 1, UINT64_C(2) << 40 },
        { "size=10k,mode=0755", 1, 10240 },
        { "size=4096", 1, 4096 },
        { "size=0", 1, 0 },
        /* of the machine's memory */
        { "size=10%,nr_inodes=400k", 0, 0 },
        /* none, or nothing a kernel would take */
        { "mode=1777,nosize=1M", 0, 0 },
        { "size=1MB", 0, 0 },
        { "size=x", 0, 0 },
        { "size=", 0, 0 },
        { "size=-1", 0, 0 },
        { "size=99999999999999999999", 0, 0 },
        { "size=99999999999t", 0, 0 },
        { "nosuid", 0, 0 },
        { "", 0, 0 },
};

int main(void) {
        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                uint64_t size = 0;

                printf("# %s\n", table[i].options);
                ok(tmpfs_size(table[i].options, &size) == table[i].found);
                ok(size == table[i].size);
        }
        return tap_done();
}
