/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A registry's document: every version in it, and picking one. The same text as a package.json. */

#include "basic/string-util.h"
#include "npm/registry/manifest-parse.h"
#include "npm/registry/packument-parse.h"
#include "npm/registry/pick.h"
#include "npm/registry/platform.h"
#include "npm/spec/spec-parse.h"
#include "npm/spec/spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds) {
        if (!holds)
                abort();
}

static void check_manifest(const Manifest *m) {
        check(package_name_is_valid(m->name) && m->version[0]);
        for (size_t i = 0; i < m->n_dependencies; i++)
                check(m->dependencies[i].name && m->dependencies[i].spec);
        for (const char **s = m->bundled; s && *s; s++)
                check(manifest_bundles(m, *s));
}

static void pick(Packument *p, const char *text) {
        static const Platform platform = {
                .os = "linux", .cpu = "x64", .libc = "glibc", .node_version = "20.0.0"
        };
        _cleanup_(spec_freep) Spec *spec = NULL;
        Error e = ERROR_NULL;
        Manifest *m;
        int r;

        check(spec_resolve("name", text, NULL, &spec) >= 0);
        r = pick_manifest(p, spec, &platform, USEC_INFINITY, NULL, &e, &m);
        if (r < 0)
                check(e.message);
        else
                check_manifest(m);
        error_clear(&e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_(packument_freep) Packument *p = NULL;
        _cleanup_(manifest_freep) Manifest *m = NULL;
        const char *text = size > 0 ? (const char *) data : "";
        Error e = ERROR_NULL;

        if (manifest_parse((Slice) { text, size }, "fuzz", &e, &m) >= 0)
                check_manifest(m);
        else
                check(e.message);
        error_clear(&e);

        if (packument_parse(text, size, &e, &p) < 0) {
                check(e.message);
                error_clear(&e);
                return 0;
        }
        for (size_t i = 0; i < p->n_versions; i++) {
                Manifest *v;

                if (packument_manifest(p, p->versions + i, &e, &v) >= 0)
                        check_manifest(v);
                else
                        check(e.message);
                error_clear(&e);
        }
        pick(p, "*");
        pick(p, "latest");
        pick(p, "1.0.0");
        pick(p, ">=1 <3");
        return 0;
}
