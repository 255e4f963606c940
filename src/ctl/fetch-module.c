/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>

#include "basic/fs.h"
#include "basic/log.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/strv.h"
#include "ctl/install.h"
#include "ctl/progress.h"
#include "model/name.h"
#include "model/oneshot.h"
#include "module/fetch-units.h"
#include "module/name-servers.h"
#include "module/npm-config.h"
#include "module/registry-trust.h"
#include "unit/oneshot.h"

#define STEP_TIME_MAX (30 * 60 * USEC_PER_SEC) /* slow lines, large trees, compilers */
#define ANSWER_MAX    (1024U * 1024U) /* a tree of ten thousand signed packages has 200 KiB */
#define REQUEST       "request"
#define REQUEST_MAX   (1024U * 1024U) /* systemd's own limit for a unit's credentials */
#define LINES_KEPT    40 /* of what a step says on standard error, shown where it fails */

/* What pm2-fetch does in a unit of its own. */
typedef struct Step {
        const char *mode; /* pm2-fetch's word, and the unit's: pm2-<mode>@<n>.service */
        const char *description;
        bool network;
        bool cache; /* has the downloads, and runs no foreign code: one user will do for all */
} Step;

static const Step step_fetch = { "fetch", "Fetch a PM2 module", true, true };
static const Step step_versions = { "versions", "Look for PM2 modules", true, true };
static const Step step_scripts = { "scripts", "Install scripts of a PM2 module", false, false };

void fetched_done(Fetched *f) {
        free(f->name);
        free(f->version);
        free(f->source);
        free(f->integrity);
        free(f->signed_by);
        *f = (Fetched){};
}

/* What is asked for, beside what is the same for all steps; either may be NULL. */
typedef struct Ask {
        const Source *source;
        json_object *specs;
} Ask;

static int add_ask(Context *c, const Ask *ask, json_object *o, Error *e) {
        int r = 0;

        if (ask->source)
                r = json_add_string(o, "spec", ask->source->fetch);
        if (r >= 0 && ask->specs)
                r = json_add(o, "specs", json_object_get(ask->specs));
        if (r >= 0)
                r = json_add_bool(o, "offline", c->arg->offline);
        if (r >= 0)
                r = json_add_bool(o, "prefer_offline", c->arg->prefer_offline);
        if (r >= 0)
                r = json_add_bool(o, "allow_unverified", c->arg->allow_unverified);
        if (r >= 0 && ask->source)
                r = registry_trust_add(&c->modules, o, e);
        return r < 0 ? r : npm_config_collect(&c->modules, ".", o, e);
}

/* The request in a file of the staging folder that only the manager reads, to make a credential of
 * it. The scripts get none of the caller's configuration: there may be tokens in it. */
static int write_request(Context *c, const Step *step, const Ask *ask, const Staging *staging,
                         Error *e) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();
        const char *text;
        int r;

        if (!o)
                return -ENOMEM;
        r = json_add_string(o, "tree", staging->tree);
        if (r >= 0)
                r = json_add_string(o, "cache", step->cache ? c->modules.scope.cache : "/tmp");
        if (r >= 0 && step->cache)
                r = add_ask(c, ask, o, e);
        if (r >= 0 && !step->network && c->modules.scope.kind == SCOPE_USER)
                r = json_add_bool(o, "isolate", true);
        if (r < 0)
                return r;
        text = json_text(o);
        if (text && strlen(text) > REQUEST_MAX)
                return error_set(e, -E2BIG,
                                 "the .npmrc files and what is remembered of registries come to "
                                 "more than %u bytes",
                                 REQUEST_MAX);
        r = text ? write_file_atomic_at(staging->fd, REQUEST, text, strlen(text), 0600) : -ENOMEM;
        return r < 0 ? error_set(e, r, "cannot write to %s: %s", staging->path, strerror(-r)) : 0;
}

/* Without a manager it may be one that was never installed, as tests do it. */
static char *find_program_file(const Context *c) {
        const char *folder = c->modules.bus ? NULL : getenv("PM2CTL_LIBEXECDIR");

        return path_join(folder ? folder : PKGLIBEXECDIR, "pm2-fetch");
}

static int make_spec(Context *c, const Step *step, const Staging *staging, UnitSpec *ret) {
        _cleanup_(freep) char *unit = NULL, *user = NULL, *program = find_program_file(c),
                              *request = path_join(staging->path, REQUEST);
        char *const argv[] = { program, (char *) step->mode, NULL };
        _cleanup_(name_servers_done) NameServers servers = {};
        UnitSpec spec;
        int r;

        if (step->network && !step->cache) {
                r = name_servers_load(&c->modules, &servers);
                if (r < 0)
                        return r;
        }
        /* Who has the downloads is an account: a dynamic user's number is given to others later. */
        if (!request || !program || fetch_unit_name(step->mode, staging->number, &unit) < 0 ||
            (step->cache ? asprintf(&user, "pm2ctl-fetch")
                         : asprintf(&user, "pm2ctl-%s-%s", step->mode, staging->number)) < 0)
                return -ENOMEM;
        r = unit_spec_oneshot(
                &(OneshotUnit){
                        .scope = c->modules.scope.kind,
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
                        .cache_directory = step->cache ? path_basename(c->modules.scope.cache)
                                                       : NULL,
                },
                &spec);
        if (r < 0)
                return r;
        r = unit_spec_add_credential(&spec, REQUEST, request);
        if (r < 0) {
                unit_spec_done(&spec);
                return r;
        }
        *ret = spec;
        return 0;
}

/* The last lines a step said, and its progress. */
typedef struct Lines {
        char *lines[LINES_KEPT];
        size_t n;
        Progress progress;
} Lines;

static void keep_line(const char *line, void *userdata) {
        Lines *l = userdata;

        if (progress_take(&l->progress, line))
                return;
        log_debug("%s", line);
        free(l->lines[l->n % LINES_KEPT]);
        l->lines[l->n++ % LINES_KEPT] = strdup(line);
}

static void lines_done(Lines *l, bool show) {
        for (size_t i = 0; i < LINES_KEPT; i++) {
                char *line = l->lines[(l->n + i) % LINES_KEPT]; /* the oldest first */

                if (show && line)
                        log_notice("  %s", line);
                free(line);
        }
}

/* The program's one JSON line; a stranger's package may have had its hand in it. */
static int parse_answer(const char *text, size_t size, Error *e, json_object **ret) {
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

static int run_step(Context *c, const Step *step, const Ask *ask, const Staging *staging, Error *e,
                    json_object **ret) {
        const char *tarball = step->cache && ask->source ? ask->source->path : NULL;
        _cleanup_(closep) int tarball_fd = -EBADF;
        OneshotResult result = {};
        Lines lines = { .progress = progress_begin() };
        OneshotIO io = { .output_max = ANSWER_MAX, .on_line = keep_line, .userdata = &lines };
        UnitSpec spec;
        int r, ran;

        if (tarball) {
                tarball_fd = open(tarball, O_RDONLY | O_CLOEXEC | O_NOCTTY);
                if (tarball_fd < 0)
                        return error_set(e, -errno, "cannot read %s: %s", tarball, strerror(errno));
        }
        r = write_request(c, step, ask, staging, e);
        if (r >= 0)
                r = make_spec(c, step, staging, &spec);
        if (r < 0)
                return r;
        spec.stdin_fd = tarball_fd;

        r = ran = c->modules.bus ? oneshot_run(c->modules.bus, &spec, &io, e, &result)
                                 : oneshot_run_child(&spec, &io, e, &result);
        progress_end(&lines.progress);
        if (r >= 0)
                r = parse_answer(result.output, result.output_size, e, ret);
        /* a fetch that gives an answer has said all there is to say in it */
        lines_done(&lines, r < 0 && r != -EINTR && (!step->cache || ran < 0));
        oneshot_result_done(&result);
        unit_spec_done(&spec);
        return r;
}

static void print_notices(json_object *notices) {
        size_t n = json_object_is_type(notices, json_type_array) ? json_object_array_length(notices)
                                                                 : 0;

        for (size_t i = 0; i < n; i++) {
                const char *text = json_string(json_object_array_get_idx(notices, i));

                if (text)
                        log_notice("%s.", text);
        }
}

static int take(json_object *answer, const char *keyid, Error *e, Fetched *ret) {
        const char *name = json_get_string(answer, "name"),
                   *version = json_get_string(answer, "version");
        Fetched f = {};
        int r;

        if (!name || !version)
                return error_set(e, -EBADMSG, "the answer of pm2-fetch has no name or version");
        r = module_name_check(name, e);
        if (r < 0)
                return r;
        f.packages = (uint64_t) json_get_int(answer, "packages", 1);
        f.scripts = json_get_bool(answer, "scripts", false);
        if (free_and_strdup(&f.name, name) < 0 || free_and_strdup(&f.version, version) < 0 ||
            free_and_strdup(&f.source, json_get_string(answer, "source")) < 0 ||
            free_and_strdup(&f.integrity, json_get_string(answer, "integrity")) < 0 ||
            free_and_strdup(&f.signed_by, keyid) < 0) {
                fetched_done(&f);
                return -ENOMEM;
        }
        *ret = f;
        return 0;
}

int fetch_tree(Context *c, const Source *source, const Staging *staging, Error *e, Fetched *ret) {
        _cleanup_(json_object_putp) json_object *answer = NULL;
        const char *keyid;
        int r;

        r = run_step(c, &step_fetch, &(Ask){ .source = source }, staging, e, &answer);
        if (r >= 0)
                r = registry_trust_take(&c->modules, answer, e, &keyid);
        if (r >= 0)
                r = take(answer, keyid, e, ret);
        if (r >= 0)
                print_notices(json_get(answer, "notices"));
        return r;
}

int fetch_run_scripts(Context *c, const Staging *staging, bool network, Error *e) {
        _cleanup_(json_object_putp) json_object *answer = NULL;
        Step step = step_scripts;
        int r;

        step.network = network;
        r = run_step(c, &step, &(Ask){}, staging, e, &answer);
        if (r < 0)
                return error_prefix(e, r, "install scripts");
        print_notices(json_get(answer, "notices"));
        return 0;
}

int fetch_versions(Context *c, const Staging *staging, json_object *specs, Error *e,
                   json_object **ret) {
        _cleanup_(json_object_putp) json_object *answer = NULL;
        json_object *versions;
        int r;

        r = run_step(c, &step_versions, &(Ask){ .specs = specs }, staging, e, &answer);
        if (r < 0)
                return r;
        versions = json_get(answer, "versions");
        if (!json_object_is_type(versions, json_type_array) ||
            json_object_array_length(versions) != json_object_array_length(specs))
                return error_set(e, -EBADMSG, "the answer of pm2-fetch does not fit the question");
        *ret = json_object_get(versions);
        return 0;
}
