/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/bus.h"

#include <stdarg.h>

#include "basic/error.h"
#include "basic/string-util.h"

#define SYSTEM_SOCKET "/run/systemd/private"

#define DENIED \
        "permission denied; only root manages the system's modules: use sudo, or --user for your " \
        "own"

static const struct {
        const char *name;
        int error;
        const char *text; /* NULL: the manager's own is good */
} errors[] = {
        { UNIT_NOT_KNOWN, -ENOENT, NULL },
        { UNIT_EXISTS, -EEXIST, NULL },
        { "org.freedesktop.systemd1.AlreadySubscribed", -EALREADY, NULL },
        { "org.freedesktop.DBus.Error.AccessDenied", -EACCES, DENIED },
        { "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired", -EACCES, DENIED },
        { "org.freedesktop.DBus.Error.ServiceUnknown", -EHOSTDOWN,
          "there is no systemd manager on this bus; log in, or start it at boot: loginctl "
          "enable-linger" },
        { "org.freedesktop.DBus.Error.NoReply", -ETIMEDOUT, "systemd does not answer" },
        { "org.freedesktop.DBus.Error.Disconnected", -ECONNRESET,
          "systemd closed the connection; it may have been restarted: try again" },
};

/* What an address may hold without being escaped. */
static bool path_is_plain(const char *path) {
        static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                    "-_/.\\";

        return path[0] == '/' && strspn(path, plain) == strlen(path);
}

/* The manager's own socket: a peer, no bus, so there is no Hello and every signal arrives. */
static int open_private(const char *path, sd_bus **ret) {
        _cleanup_(bus_closep) sd_bus *bus = NULL;
        _cleanup_(freep) char *address = NULL;
        int r;

        if (!path_is_plain(path))
                return -EINVAL;
        r = strdupf(&address, "unix:path=%s", path);
        if (r < 0)
                return r;
        if (access(path, W_OK) < 0)
                return -errno;

        r = sd_bus_new(&bus);
        if (r < 0)
                return r;
        r = sd_bus_set_address(bus, address);
        if (r < 0)
                return r;
        r = sd_bus_start(bus);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(bus);
        return 0;
}

static int open_system(Error *e, sd_bus **ret) {
        int r = -EACCES;

        if (access("/run/systemd/system", F_OK) < 0)
                return error_set(e, -EHOSTDOWN,
                                 "systemd is not running: this machine was not booted with it, or "
                                 "this is a container without it");
        if (geteuid() == 0)
                r = open_private(SYSTEM_SOCKET, ret);
        if (r < 0)
                r = sd_bus_open_system(ret);
        if (r < 0)
                return error_set(e, -EHOSTDOWN,
                                 "cannot reach systemd: the system bus does not answer (%s); is "
                                 "dbus running?",
                                 strerror(-r));
        return 0;
}

static int open_user(Error *e, sd_bus **ret) {
        const char *folder = getenv("XDG_RUNTIME_DIR");
        _cleanup_(freep) char *path = NULL;
        unsigned uid = (unsigned) geteuid();
        int r;

        /* Neither su nor cron sets it. */
        if (!folder || folder[0] != '/')
                r = strdupf(&path, "/run/user/%u/systemd/private", uid);
        else
                r = strdupf(&path, "%s/systemd/private", folder);
        if (r < 0)
                return r;

        r = open_private(path, ret);
        if (r < 0 && sd_bus_open_user(ret) < 0)
                return error_set(e, -EHOSTDOWN,
                                 "there is no systemd user manager for UID %u (%s: %s); log in, or "
                                 "start it at boot: loginctl enable-linger",
                                 uid, path, strerror(-r));
        return 0;
}

int bus_open(ScopeKind scope, Error *e, sd_bus **ret) {
        assert(ret);

        return scope == SCOPE_SYSTEM ? open_system(e, ret) : open_user(e, ret);
}

int manager_error(const sd_bus_error *error, int r, Error *e) {
        for (size_t i = 0; i < ELEMENTSOF(errors); i++)
                if (sd_bus_error_has_name(error, errors[i].name))
                        return error_set(e, errors[i].error, "%s",
                                         errors[i].text ? errors[i].text : error->message);
        /* a call that a signal ended carries the errno's own words */
        if (isempty(error->message) || r == -EINTR)
                return error_set(e, r, "%s", error_text(NULL, r));
        return error_set(e, r, "%s", error->message);
}

static int explain_call(const sd_bus_error *error, int r, Error *e, char **ret_error_name) {
        int k = ret_error_name ? free_and_strdup(ret_error_name, error->name) : 0;

        return k < 0 ? k : manager_error(error, r, e);
}

int manager_send(sd_bus *bus, sd_bus_message *m, Error *e, sd_bus_message **ret_reply,
                 char **ret_error_name) {
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        int r;

        assert(bus);
        assert(m);

        r = sd_bus_call(bus, m, /* usec= */ 0, &error, ret_reply);
        return r < 0 ? explain_call(&error, r, e, ret_error_name) : 0;
}

int manager_call(sd_bus *bus, const char *method, Error *e, sd_bus_message **ret_reply,
                 const char *signature, ...) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        va_list ap;
        int r;

        r = sd_bus_message_new_method_call(bus, &m, SYSTEMD_NAME, SYSTEMD_PATH, MANAGER, method);
        if (r < 0)
                return r;
        va_start(ap, signature);
        r = sd_bus_message_appendv(m, signature, ap);
        va_end(ap);
        if (r < 0)
                return r;
        return manager_send(bus, m, e, ret_reply, /* ret_error_name= */ NULL);
}

int manager_read_control_group(sd_bus_message *m, char **ret) {
        const char *group;
        int r;

        r = sd_bus_message_read(m, "v", "s", &group);
        if (r < 0)
                return r;
        *ret = strdup(streq(group, "/") ? "" : group);
        return *ret ? 0 : -ENOMEM;
}

int manager_control_group(sd_bus *bus, Error *e, char **ret) {
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        int r;

        r = sd_bus_call_method(bus, SYSTEMD_NAME, SYSTEMD_PATH, PROPERTIES, "Get", &error, &reply,
                               "ss", MANAGER, "ControlGroup");
        return r < 0 ? manager_error(&error, r, e) : manager_read_control_group(reply, ret);
}

int manager_subscribe(sd_bus *bus, Error *e) {
        Error ignored = ERROR_NULL;
        int r;

        r = manager_call(bus, "Subscribe", &ignored, NULL, "");
        if (r < 0 && r != -EALREADY)
                (void) error_copy(e, r, &ignored);
        error_clear(&ignored);
        return r == -EALREADY ? 0 : r;
}
