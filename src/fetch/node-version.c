/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/node-version.h"

#include "fetch/subprocess.h"

#define NODE_VERSION_MAX  64
#define NODE_VERSION_USEC (10 * USEC_PER_SEC)

char *node_version_find(void) {
        char *const argv[] = { (char *) "node", (char *) "--version", NULL };
        _cleanup_(freep) char *output = NULL;

        if (subprocess_run(&(Subprocess) { .argv = argv,
                                           .env = environ,
                                           .output_max = NODE_VERSION_MAX,
                                           .timeout_usec = NODE_VERSION_USEC },
                           &output, NULL) != 0)
                return NULL;
        output[strcspn(output, "\r\n")] = 0;
        return output[0] == 'v' && output[1] >= '0' && output[1] <= '9' ? strdup(output + 1) : NULL;
}
