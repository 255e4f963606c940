/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/fetch-step.h"

#include <fcntl.h>

#include "basic/error.h"
#include "basic/json.h"
#include "basic/log.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "model/unit-spec-oneshot.h"
#include "model/unit-spec.h"
#include "module/fetch-units.h"
#include "module/name-servers.h"
#include "unit/oneshot-child.h"
#include "unit/oneshot.h"

#define STEP_TIME_MAX (30 * 60 * USEC_PER_SEC) /* slow lines, large trees, compilers */
#define ANSWER_MAX    (1024U * 1024U) /* a tree of ten thousand signed packages has 200 KiB */
#define LINES_KEPT    40              /* of what a step says on standard error */

/* -- its unit -------------------------------------------------------------------------- */

/* Without a manager it may be one that was never installed, as tests do it. */
static char *find_program_file(const Modules *modules) {
        const char *folder = modules->bus ? NULL : getenv("PM2CTL_LIBEXECDIR");

        return path_join(folder ? folder : PKGLIBEXECDIR, "pm2-fetch");
}

/* The downloads belong to a fixed account: a dynamic user's UID is reused later. */
static int step_user(const FetchStep *step, const Staging *staging, char **ret) {
        return step->cache ? strdupf(ret, "pm2ctl-fetch")
                           : strdupf(ret, "pm2ctl-%s-%s", step->mode, staging->number);
}

static int step_unit_spec(const Modules *modules, const FetchStep *step, const Staging *staging,
                          UnitSpec *ret) {
        _cleanup_(freep) char *unit = NULL, *user = NULL, *program = find_program_file(modules);
        char *const argv[] = { program, (char *) step->mode, NULL };
        _cleanup_(name_servers_done) NameServers servers = {};
        int r;

        if (!program)
                return -ENOMEM;
        if (step->network && !step->cache) {
                r = name_servers_load(modules, &servers);
                if (r < 0)
                        return r;
        }
        r = fetch_unit_name(step->mode, staging->number, &unit);
        if (r < 0)
                return r;
        r = step_user(step, staging, &user);
        if (r < 0)
                return r;
        return unit_spec_oneshot(
                &(OneshotUnit) {
                        .scope = modules->scope.kind,
                        .unit = unit,
                        .description = step->description,
                        .argv = argv,
                        .network = step->network,
                        .name_servers = servers.allowed,
                        .scripts = !step->cache,
                        .timeout_usec = STEP_TIME_MAX,
                        .user = user,
                        .account = step->cache,
                        .state_directory = staging->directory,
                        .cache_directory = step->cache ? path_basename(modules->scope.cache) : NULL,
                },
                ret);
}

static int step_make_spec(const Modules *modules, const FetchStep *step, const Staging *staging,
                          UnitSpec *ret) {
        _cleanup_(freep) char *request = path_join(staging->path, FETCH_REQUEST);
        _cleanup_(unit_spec_done) UnitSpec spec = UNIT_SPEC_EMPTY;
        int r;

        if (!request)
                return -ENOMEM;
        r = step_unit_spec(modules, step, staging, &spec);
        if (r < 0)
                return r;
        r = unit_spec_add_credential(&spec, FETCH_REQUEST, request);
        if (r < 0)
                return r;
        *ret = TAKE_GENERIC(spec, UnitSpec, UNIT_SPEC_EMPTY);
        return 0;
}

/* -- what it says ---------------------------------------------------------------------- */

/* The last lines of its standard error but those about its progress. */
typedef struct StepLines {
        const Modules *modules;
        char *lines[LINES_KEPT];
        size_t n;
} StepLines;

static void lines_done(StepLines *l) {
        for (size_t i = 0; i < LINES_KEPT; i++)
                free(l->lines[i]);
}

static bool line_take_counts(const StepLines *l, const char *line) {
        ModuleProgress p = { .kind = MODULE_PROGRESS_COUNTS };
        unsigned long long bytes;

        if (sscanf(line, "progress %u %u %u %llu", &p.resolved, &p.fetched, &p.total, &bytes) != 4)
                return false;
        p.bytes = bytes;
        module_progress(l->modules, &p);
        return true;
}

/* "waiting SECONDS WHAT" */
static bool line_take_waiting(const StepLines *l, const char *line) {
        ModuleProgress p = { .kind = MODULE_PROGRESS_WAITING };
        unsigned seconds;
        int n = 0;

        if (sscanf(line, "waiting %u %n", &seconds, &n) != 1 || n == 0)
                return false;
        p.subject = line + n;
        p.usec = seconds * USEC_PER_SEC;
        module_progress(l->modules, &p);
        return true;
}

static void line_take(const char *line, void *userdata) {
        StepLines *l = userdata;

        if (line_take_counts(l, line) || line_take_waiting(l, line))
                return;
        log_debug("%s", line);
        free(l->lines[l->n % LINES_KEPT]);
        l->lines[l->n++ % LINES_KEPT] = strdup(line);
}

static void lines_note(const StepLines *l) {
        for (size_t i = 0; i < LINES_KEPT; i++) {
                const char *line = l->lines[(l->n + i) % LINES_KEPT]; /* the oldest first */

                if (line)
                        module_note(l->modules,
                                    &(ModuleNote) { .kind = MODULE_NOTE_OUTPUT, .clause = line });
        }
}

int fetch_answer_parse(const char *text, size_t size, Error *e, json_object **ret) {
        _cleanup_(json_object_putp) json_object *o = NULL;
        int r;

        r = json_parse(text, size, e, &o);
        if (r < 0 || !json_object_is_type(o, json_type_object))
                return error_prefix(e, -EBADMSG, "the answer of pm2-fetch");
        if (json_get_string(o, "error"))
                return error_set(e, -EIO, "%s", json_get_string(o, "error"));
        *ret = TAKE_PTR(o);
        return 0;
}

/* -- all of it ------------------------------------------------------------------------- */

static int step_run_unit(Modules *modules, const FetchStep *step, const UnitSpec *spec, Error *e,
                         json_object **ret) {
        _cleanup_(lines_done) StepLines lines = { .modules = modules };
        OneshotIO io = { .output_max = ANSWER_MAX, .on_line = line_take, .userdata = &lines };
        _cleanup_(oneshot_result_done) OneshotResult result = {};
        int r, ran;

        module_progress(modules, &(ModuleProgress) { .kind = MODULE_PROGRESS_BEGIN });
        ran = modules->bus ? oneshot_run(modules->bus, spec, &io, e, &result)
                           : oneshot_run_child(spec, &io, e, &result);
        module_progress(modules, &(ModuleProgress) { .kind = MODULE_PROGRESS_END });
        r = ran < 0 ? ran : fetch_answer_parse(result.output, result.output_size, e, ret);
        /* a fetch that gives an answer has said all there is to say in it */
        if (r < 0 && r != -EINTR && (!step->cache || ran < 0))
                lines_note(&lines);
        return r;
}

int fetch_step_run(Modules *modules, const FetchStep *step, const Staging *staging,
                   const char *stdin_path, FetchRequest *request, Error *e, json_object **ret) {
        _cleanup_(unit_spec_done) UnitSpec spec = UNIT_SPEC_EMPTY;
        _cleanup_(closep) int stdin_fd = -EBADF;
        int r;

        if (stdin_path) {
                stdin_fd = open(stdin_path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
                if (stdin_fd < 0)
                        return error_set(e, -errno, "cannot read %s: %s", stdin_path,
                                         strerror(errno));
        }
        request->cache = step->cache;
        request->isolate = !step->network && modules->scope.kind == SCOPE_USER;
        r = fetch_request_write(modules, staging, request, e);
        if (r < 0)
                return r;
        r = step_make_spec(modules, step, staging, &spec);
        if (r < 0)
                return r;
        spec.stdin_fd = stdin_fd;
        return step_run_unit(modules, step, &spec, e, ret);
}
