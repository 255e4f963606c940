/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/package-publish.h"

#include "basic/log.h"
#include "basic/string-util.h"
#include "fetch/package-script.h"
#include "fetch/packed.h"
#include "npm/registry/publisher.h"
#include "npm/spec/semver.h"

typedef struct PublishOptions {
        const char *tag, *access, *otp;
        bool tag_given; /* else `tag` is only the default */
        bool dry_run;
} PublishOptions;

/* The command line, then the package's publishConfig, then .npmrc. */
static const char *get_option(const PackageRequest *request, json_object *package,
                              const char *name) {
        const char *value = json_get_string(request->json, name);

        if (!value)
                value = json_get_string(json_get(package, "publishConfig"), name);
        if (!value)
                value = npmrc_get(request->npmrc, name);
        return isempty(value) ? NULL : value;
}

static int check_access(const char *access, const char *name, Error *e) {
        if (!streq(access, "public") && !streq(access, "restricted"))
                return error_set(e, -EINVAL, "--access: '%.32s' is neither public nor restricted",
                                 access);
        if (streq(access, "restricted") && name[0] != '@')
                return error_set(e, -EINVAL,
                                 "--access=restricted: only a name with a scope, such as "
                                 "@you/%s, can be restricted",
                                 name);
        return 0;
}

static int check_prerelease(const char *version_text, Error *e) {
        Semver version;

        if (semver_parse(slice(version_text), 0, &version) < 0 || version.prerelease.n == 0)
                return 0;
        return error_set(e, -EINVAL,
                         "%s is a prerelease, which would become 'latest'; use "
                         "--tag=NAME",
                         version_text);
}

static int get_options(const PackageRequest *request, const Packed *packed, Error *e,
                       PublishOptions *ret) {
        const char *tag = get_option(request, packed->package, "tag");
        const PublishOptions o = {
                .tag = tag ?: "latest",
                .tag_given = tag != NULL,
                .access = get_option(request, packed->package, "access"),
                .otp = get_option(request, packed->package, "otp"),
                .dry_run = json_get_bool(request->json, "dry_run", false),
        };
        int r;

        r = publication_check_tag(o.tag, e);
        if (r < 0)
                return error_prefix(e, r, "--tag");
        if (o.access) {
                r = check_access(o.access, json_get_string(packed->package, "name"), e);
                if (r < 0)
                        return r;
        }
        if (!o.tag_given) {
                r = check_prerelease(packed->version, e);
                if (r < 0)
                        return r;
        }
        *ret = o;
        return 0;
}

static int refuse_anonymous(const Publisher *publisher, Error *e) {
        const char *unset = publisher_unset(publisher);

        if (unset)
                return error_set(e, -EACCES, "there are no credentials for %s: %s",
                                 publisher_registry(publisher), unset);
        return error_set(e, -EACCES, "there are no credentials for %s in .npmrc; run 'npm login'",
                         publisher_registry(publisher));
}

static int send_package(const Packed *packed, const PublishOptions *o, Publisher *publisher,
                        Error *e) {
        const Publication publication = {
                .package = packed->package,
                .bin = packed->bin,
                .name = json_get_string(packed->package, "name"),
                .version = packed->version,
                .tag = o->tag,
                .access = o->access,
                .readme = packed->readme,
                .readme_file = packed->readme_file,
                .registry = publisher_registry(publisher),
                .integrity = packed->integrity,
                .shasum = packed->shasum,
                .tarball = packed->tarball,
                .size = packed->size,
                .gyp = packed->gyp,
        };
        int r;

        if (!publisher_authenticated(publisher) && !o->dry_run)
                return refuse_anonymous(publisher, e);
        r = publisher_check(publisher, packed->version, o->tag_given, e);
        if (r < 0 || o->dry_run)
                return r;
        return publisher_send(publisher, &publication, o->otp, e);
}

/* The package is published already, so a failure is only a warning. */
static void run_scripts_after(const PackageRequest *request, json_object *package) {
        static const char *const events[] = { "publish", "postpublish" };

        for (size_t i = 0; i < ELEMENTSOF(events); i++) {
                _cleanup_(error_clear) Error e = ERROR_NULL;
                int r = package_script_run(request, package, events[i], &e);

                if (r < 0) {
                        (void) log_warning_cause(r, &e, "Ignoring a failure after publishing");
                        return;
                }
        }
}

static int make_answer(const Packed *packed, const PublishOptions *o, const Publisher *publisher,
                       json_object **ret) {
        _cleanup_(json_object_putp) json_object *answer = NULL;
        int r;

        r = packed_answer(packed, &answer);
        if (r < 0)
                return r;
        r = json_add_string(answer, "registry", publisher_registry(publisher));
        if (r < 0)
                return r;
        r = json_add_string(answer, "tag", o->tag);
        if (r < 0)
                return r;
        r = json_add_bool(answer, "published", !o->dry_run);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(answer);
        return 0;
}

int package_publish(Error *e, json_object **ret) {
        _cleanup_(package_request_done) PackageRequest request = {};
        _cleanup_(publisher_freep) Publisher *publisher = NULL;
        _cleanup_(packed_done) Packed packed = {};
        PublishOptions options = {};
        int r;

        assert(ret);

        r = package_request_read(e, &request);
        if (r < 0)
                return r;
        r = packed_make(&request, /* publish= */ true, e, &packed);
        if (r < 0)
                return r;
        r = get_options(&request, &packed, e, &options);
        if (r < 0)
                return r;
        r = publisher_new(request.npmrc, packed.package, e, &publisher);
        if (r < 0)
                return r;
        r = send_package(&packed, &options, publisher, e);
        if (r < 0)
                return r;
        r = make_answer(&packed, &options, publisher, ret);
        if (r < 0)
                return r;
        if (!options.dry_run)
                run_scripts_after(&request, packed.package);
        return 0;
}
