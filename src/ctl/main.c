/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "basic/log.h"

int main(int argc, char **argv) {
        log_setup("pm2ctl");
        return EXIT_SUCCESS;
}
