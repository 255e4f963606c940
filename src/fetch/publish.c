/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>

#include "basic/log.h"
#include "basic/string-util.h"
#include "fetch/package.h"
#include "npm/registry/publisher.h"
#include "npm/spec/semver.h"

typedef struct Wish {
        const char *tag, *access, *otp;
        bool tag_given; /* by whom it may concern: latest is only the default */
        bool dry_run;
} Wish;

/* The command line, then the package's publishConfig, then .npmrc. */
static const char *option(json_object *request, json_object *package, const Npmrc *npmrc,
                          const char *name) {
        const char *value = json_get_string(request, name);

        if (!value)
                value = json_get_string(json_get(package, "publishConfig"), name);
        if (!value)
                value = npmrc_get(npmrc, name);
        return isempty(value) ? NULL : value;
}

static int make_wish(json_object *request, const Packed *packed, const Npmrc *npmrc, Error *e,
                     Wish *w) {
        const char *name = json_get_string(packed->package, "name");
        Semver version;
        int r;

        w->tag = option(request, packed->package, npmrc, "tag");
        w->access = option(request, packed->package, npmrc, "access");
        w->otp = option(request, packed->package, npmrc, "otp");
        w->dry_run = json_get_bool(request, "dry_run", false);
        w->tag_given = w->tag != NULL;
        if (!w->tag)
                w->tag = "latest";

        r = publication_check_tag(w->tag, e);
        if (r < 0)
                return error_prefix(e, r, "--tag");
        if (w->access && !streq(w->access, "public") && !streq(w->access, "restricted"))
                return error_set(e, -EINVAL, "--access: '%.32s' is neither public nor restricted",
                                 w->access);
        if (w->access && streq(w->access, "restricted") && name[0] != '@')
                return error_set(e, -EINVAL,
                                 "--access=restricted: only a name with a scope, such as "
                                 "@you/%s, can be restricted",
                                 name);
        if (!w->tag_given && semver_parse(slice(packed->version), 0, &version) >= 0 &&
            version.prerelease.n > 0)
                return error_set(e, -EINVAL,
                                 "%s is a prerelease, which would be 'latest' for everybody; say "
                                 "with --tag=NAME what it is",
                                 packed->version);
        return 0;
}

static int send(const Packed *packed, const Wish *w, Publisher *publisher, Error *e) {
        const char *name = json_get_string(packed->package, "name");
        const Publication publication = {
                .package = packed->package,
                .bin = packed->bin,
                .name = name,
                .version = packed->version,
                .tag = w->tag,
                .access = w->access,
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

        if (!publisher_authenticated(publisher) && !w->dry_run)
                return error_set(e, -EACCES,
                                 "there are no credentials for %s in .npmrc; 'npm login' writes "
                                 "them there",
                                 publisher_registry(publisher));
        r = publisher_check(publisher, packed->version, w->tag_given, e);
        if (r < 0 || w->dry_run)
                return r;
        return publisher_send(publisher, &publication, w->otp, e);
}

static int after(json_object *request, json_object *package) {
        static const char *const events[] = { "publish", "postpublish" };

        for (size_t i = 0; i < ELEMENTSOF(events); i++) {
                _cleanup_(error_clear) Error e = ERROR_NULL;
                int r = package_script(request, package, events[i], &e);

                if (r < 0)
                        return log_warning_cause(r, &e, "It is published, but");
        }
        return 0;
}

int package_publish(json_object *request, const Npmrc *npmrc, Error *e, json_object **ret) {
        _cleanup_(publisher_freep) Publisher *publisher = NULL;
        _cleanup_(json_object_putp) json_object *answer = NULL;
        _cleanup_(packed_done) Packed packed = {};
        Wish wish;
        int r;

        r = packed_make(request, npmrc, /* publish= */ true, e, &packed);
        if (r >= 0)
                r = make_wish(request, &packed, npmrc, e, &wish);
        if (r >= 0)
                r = publisher_new(npmrc, packed.package, e, &publisher);
        if (r >= 0)
                r = send(&packed, &wish, publisher, e);
        if (r >= 0)
                r = packed_answer(&packed, &answer);
        if (r >= 0)
                r = json_add_string(answer, "registry", publisher_registry(publisher));
        if (r >= 0)
                r = json_add_string(answer, "tag", wish.tag);
        if (r >= 0)
                r = json_add_bool(answer, "published", !wish.dry_run);
        if (r < 0)
                return r;
        if (!wish.dry_run)
                (void) after(request, packed.package);
        *ret = TAKE_PTR(answer);
        return 0;
}
