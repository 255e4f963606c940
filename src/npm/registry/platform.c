/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/registry/platform.h"

#include <sys/utsname.h>

#include "basic/string-util.h"
#include "npm/spec/range.h"

Platform platform_native(void) {
        static const struct {
                const char *machine, *cpu;
        } table[] = {
                { "x86_64", "x64" },      { "aarch64", "arm64" },       { "armv7l", "arm" },
                { "armv6l", "arm" },      { "i686", "ia32" },           { "i386", "ia32" },
                { "ppc64le", "ppc64" },   { "ppc64", "ppc64" },         { "s390x", "s390x" },
                { "riscv64", "riscv64" }, { "loongarch64", "loong64" },
        };
        static struct utsname name;
        Platform p = { .os = "linux", .cpu = "unknown" };

        if (uname(&name) >= 0) {
                p.cpu = name.machine;
                for (size_t i = 0; i < ELEMENTSOF(table); i++)
                        if (streq(name.machine, table[i].machine))
                                p.cpu = table[i].cpu;
        }
#ifdef __GLIBC__
        p.libc = "glibc";
#else
        p.libc = "musl";
#endif
        return p;
}

/* "x" is wanted, "!x" is not; one text counts as a list of one. */
static bool list_takes(json_object *list, const char *value) {
        bool array = json_object_is_type(list, json_type_array);
        size_t n = array ? json_object_array_length(list) : 1, negated = 0;
        bool match = false;

        for (size_t i = 0; i < n; i++) {
                const char *entry = json_string(array ? json_object_array_get_idx(list, i) : list);

                if (!entry)
                        continue;
                if (n == 1 && streq(entry, "any"))
                        return true;
                if (entry[0] == '!') {
                        negated++;
                        if (streq_ptr(value, entry + 1))
                                return false;
                } else
                        match = match || streq_ptr(value, entry);
        }
        return match || negated == n;
}

static bool field_fits(const Manifest *m, const char *field, const char *value) {
        json_object *list = json_get(m->json, field);

        /* JavaScript takes an empty text for none, but not an empty list */
        if (!list || (json_object_is_type(list, json_type_string) && isempty(json_string(list))))
                return true;
        return list_takes(list, value);
}

bool platform_fits(const Platform *p, const Manifest *m) {
        if (!field_fits(m, "os", p->os) || !field_fits(m, "cpu", p->cpu))
                return false;
        return json_get(m->json, "libc") ? p->libc && field_fits(m, "libc", p->libc) : true;
}

static bool engine_fits(const char *range, const char *version) {
        _cleanup_(range_freep) Range *r = NULL;

        if (isempty(range) || !version)
                return true;
        return range_parse(slice(range), SEMVER_INCLUDE_PRERELEASE, &r) >= 0 &&
               range_test_text(r, slice(version));
}

bool platform_engines_fit(const Platform *p, const char *node, const char *npm) {
        return engine_fits(node, p->node_version) && engine_fits(npm, p->npm_version);
}
