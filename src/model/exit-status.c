/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/exit-status.h"

static const struct {
        int status;
        const char *text;
} texts[] = {
        { EXIT_STATUS_USAGE, "pm2-launch was called with the wrong arguments" },
        { EXIT_STATUS_PACKAGE, "its package.json or module.json cannot be read" },
        { EXIT_STATUS_SETTINGS, "its settings cannot be read" },
        { EXIT_STATUS_INTERPRETER, "its interpreter is not found or cannot be executed" },
        { EXIT_STATUS_CHANNEL, "pm2-launch could not set up the channel to the module" },
        { EXIT_STATUS_FOLDER, "its directory cannot be opened, or is not the one that was linked" },
        /* systemd's, see systemd.exec(5) */
        { 200, "its working directory cannot be entered" },
        { 203, "its program cannot be executed" },
        { 217, "its user does not exist, or may not be switched to" },
        { 216, "its group does not exist, or may not be switched to" },
        { 226, "its sandbox cannot be set up" },
        { 228, "its system call filter cannot be set up" },
        { 233, "its runtime directory cannot be created" },
        { 238, "its state directory cannot be created" },
        { 239, "its cache directory cannot be created" },
        { 243, "its settings cannot be passed to it" },
};

const uint8_t exit_status_launch[] = {
        EXIT_STATUS_USAGE,       EXIT_STATUS_PACKAGE, EXIT_STATUS_SETTINGS,
        EXIT_STATUS_INTERPRETER, EXIT_STATUS_CHANNEL, EXIT_STATUS_FOLDER,
};
const size_t n_exit_status_launch = ELEMENTSOF(exit_status_launch);

const char *exit_status_text(int status) {
        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                if (texts[i].status == status)
                        return texts[i].text;
        return NULL;
}
