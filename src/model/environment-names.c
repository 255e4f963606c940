/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/environment-names.h"

#include "basic/string-util.h"
#include "basic/verbs.h"

/* What pm2ctl tells a module, by the names PM2 uses. */
static const char contract_names[] =
        " name pmx_module pm_id PM2_HOME NODE_APP_INSTANCE instance_var instances namespace "
        "version pm_cwd pm_exec_path exec_interpreter exec_mode ";

static const char reserved_names[] =
        " PATH HOME USER LOGNAME SHELL XDG_RUNTIME_DIR DBUS_SESSION_BUS_ADDRESS MODULE_DEBUG "
        "NOTIFY_SOCKET INVOCATION_ID JOURNAL_STREAM LOG_NAMESPACE MAINPID MANAGERPID "
        "SYSTEMD_EXEC_PID CREDENTIALS_DIRECTORY RUNTIME_DIRECTORY STATE_DIRECTORY "
        "CACHE_DIRECTORY LOGS_DIRECTORY CONFIGURATION_DIRECTORY ";

static const char *const reserved_prefixes[] = {
        "LD_", "NODE_", "LISTEN_", "WATCHDOG_", "MEMORY_PRESSURE_", "PM2CTL_"
};

bool environment_is_reserved(const char *name) {
        /* How a program learns that it is in production; no part of how node is run. */
        if (streq(name, "NODE_ENV"))
                return false;
        for (size_t i = 0; i < ELEMENTSOF(reserved_prefixes); i++)
                if (startswith(name, reserved_prefixes[i]))
                        return true;
        return word_list_contains(reserved_names, name) || word_list_contains(contract_names, name);
}

bool environment_is_channel(const char *name) {
        return streq(name, ENVIRONMENT_CHANNEL) || streq(name, ENVIRONMENT_CHANNEL_MODE);
}
