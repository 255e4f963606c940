/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A package.json made by anybody: the app declarations in it stay inside the package, and no string
 * of theirs reaches systemd that would be something else in a unit file. */

#include <sys/socket.h>

#include "basic/error.h"
#include "basic/json.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/environment.h"
#include "model/name.h"
#include "model/package.h"
#include "model/unit-spec-module.h"
#include "model/unit-spec.h"
#include "unit/message.h"
#include "unit/property-check.h"
#include "unit/property.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds) {
        if (!holds)
                abort();
}

/* A connection to nobody: a message must belong to one. */
static sd_bus *nobody(void) {
        static sd_bus *bus;
        int fds[2];

        if (bus)
                return bus;
        check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) >= 0);
        check(sd_bus_new(&bus) >= 0 && sd_bus_set_fd(bus, fds[0], fds[0]) >= 0);
        check(sd_bus_start(bus) >= 0);
        (void) close(fds[1]);
        return bus;
}

static void check_strings(sd_bus_message *m) {
        const char *contents, *text;
        char type;

        while (sd_bus_message_peek_type(m, &type, &contents) > 0)
                if (type == SD_BUS_TYPE_STRING) {
                        check(sd_bus_message_read_basic(m, type, &text) > 0);
                        check(property_check("any", text, NULL) >= 0);
                } else if (strchr("avre", type)) {
                        check(sd_bus_message_enter_container(m, type, contents) > 0);
                        check_strings(m);
                        check(sd_bus_message_exit_container(m) >= 0);
                } else
                        check(sd_bus_message_skip(m, NULL) > 0);
}

static void check_unit(const Package *p, size_t app, ScopeKind scope) {
        const ModuleUnit module = {
                .scope = scope,
                .name = p->name,
                .folder = "/modules/m",
                .package = p,
                .instance = { app, app_count_instances(p->apps + app) - 1 },
                .config = "/config",
                .state = "/state",
                .link = app > 0 ? "/home/a/m" : NULL,
                .launcher = "/launch",
        };
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        _cleanup_(unit_spec_done) UnitSpec spec = UNIT_SPEC_EMPTY;
        _cleanup_(error_clear) Error e = ERROR_NULL;

        if (unit_spec_module(&module, &e, &spec) >= 0 &&
            start_message_new(nobody(), &spec, NULL, &e, &m) >= 0) {
                check(startswith(spec.unit, UNIT_PREFIX) && streq(spec.slice, UNIT_SLICE));
                check(startswith(spec.working_directory + (module.link != NULL), module.folder));
                check(sd_bus_message_seal(m, 1, 0) >= 0);
                check_strings(m);
        } else
                check(e.message);
}

static void check_environment(const Package *p, const App *app) {
        const EnvironmentSource source = { .package = p, .app = app };
        const EnvironmentFacts facts = {
                .script = "/modules/m/x",
                .cwd = "/modules/m",
                .interpreter = "node",
                .home = "/h",
                .pm2_home = "/h/.pm2",
                .channel_fd = 3,
        };
        _cleanup_(json_object_putp) json_object *document = NULL;
        _cleanup_(strv_freep) char **environment = NULL;
        _cleanup_(error_clear) Error e = ERROR_NULL;
        unsigned homes = 0;

        if (environment_build(&source, &facts, &e, &environment, &document) < 0) {
                check(e.message);
                return;
        }
        STRV_FOREACH(s, environment) {
                check(strchr(*s, '=') && strlen(*s) <= ENVIRONMENT_STRING_MAX);
                homes += startswith(*s, "HOME=") != NULL;
                /* a package says nothing about how programs are found and loaded */
                check(!startswith(*s, "LD_") && !startswith(*s, "PATH=") &&
                      !startswith(*s, "NODE_OPTIONS="));
        }
        check(homes == 1);
}

static void check_app(const Package *p, size_t i) {
        const App *app = p->apps + i;
        _cleanup_(freep) char *script = NULL, *cwd = NULL;

        check(path_normalize_beneath(app->script, &script) >= 0 && streq(script, app->script));
        if (app->cwd)
                check(path_normalize_beneath(app->cwd, &cwd) >= 0 && streq(cwd, app->cwd));
        check_unit(p, i, SCOPE_SYSTEM);
        check_unit(p, i, SCOPE_USER);
        check_environment(p, app);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_(package_done) Package p = {};
        _cleanup_(error_clear) Error e = ERROR_NULL;
        _cleanup_(freep) char *text = strndup((const char *) data, size);

        check(text);
        if (package_parse(text, strlen(text), &e, &p) < 0) {
                check(e.message);
                return 0;
        }
        check(module_name_is_valid(p.name) && p.version && p.n_apps > 0);
        for (size_t i = 0; i < p.n_apps; i++)
                check_app(&p, i);
        return 0;
}
