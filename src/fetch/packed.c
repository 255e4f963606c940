/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/packed.h"

#include <fcntl.h>
#include <sys/mman.h>

#include "basic/encoding.h"
#include "basic/fs.h"
#include "basic/string-util.h"
#include "fetch/package-script.h"
#include "model/name.h"
#include "model/package.h"
#include "npm/pack/pack.h"
#include "npm/registry/integrity.h"
#include "npm/registry/publication.h"
#include "npm/tree/bin.h"

void packed_done(Packed *p) {
        assert(p);

        (void) json_object_put(p->package);
        (void) json_object_put(p->bin);
        (void) json_object_put(p->files);
        free(p->version);
        free(p->filename);
        free(p->tarball);
        free(p->integrity);
        free(p->shasum);
        free(p->readme);
        free(p->readme_file);
        *p = (Packed) {};
}

/* -- reading -------------------------------------------------------------------------- */

static int read_package(int fd, Error *e, json_object **ret) {
        _cleanup_(json_object_putp) json_object *package = NULL;
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r;

        r = read_file_at(fd, "package.json", PACKAGE_JSON_MAX, &text, &size);
        if (r < 0)
                return error_set(e, r, "cannot read package.json: %s", strerror(-r));
        r = json_parse(text, size, e, &package);
        if (r < 0)
                return error_prefix(e, r, "package.json");
        if (!json_object_is_type(package, json_type_object))
                return error_set(e, -EINVAL, "package.json: must be a JSON object, not %s",
                                 json_type_text(package));
        *ret = TAKE_PTR(package);
        return 0;
}

/* The names that registries show, up to "README.markdown". */
static bool is_readme(const char *name) {
        return strncasecmp(name, "readme", 6) == 0 &&
               (name[6] == 0 || strcasecmp(name + 6, ".md") == 0 ||
                strcasecmp(name + 6, ".markdown") == 0 || strcasecmp(name + 6, ".mkd") == 0);
}

/* Text that is too long, or is not UTF-8, is not shown. */
static int read_readme(int fd, const char *path, Packed *p) {
        int r;

        free(TAKE_PTR(p->readme));
        r = read_file_at(fd, path, PUBLICATION_README_MAX, &p->readme, NULL);
        if (r < 0)
                return r == -EFBIG ? 0 : r;
        r = free_and_strdup(&p->readme_file, path);
        if (r < 0)
                return r;
        if (!utf8_is_valid(p->readme, strlen(p->readme)))
                free(TAKE_PTR(p->readme));
        return 0;
}

/* Finds the README, and whether there is something to compile. */
static int inspect_files(int fd, const PackList *list, Packed *p) {
        for (size_t i = 0; i < list->n; i++) {
                const char *path = list->files[i].path;
                int r;

                if (strchr(path, '/'))
                        continue;
                p->gyp = p->gyp || endswith(path, ".gyp");
                if (!is_readme(path) || (p->readme && !path[6]))
                        continue;
                r = read_readme(fd, path, p);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* -- packing -------------------------------------------------------------------------- */

static int hash_tarball(Packed *p) {
        Integrity integrity = { .algorithm = HASH_SHA512, .n_digests = 1 };
        Digest sha1;
        int r;

        r = hash_data(HASH_SHA512, p->tarball, p->size, integrity.digests);
        if (r < 0)
                return r;
        r = hash_data(HASH_SHA1, p->tarball, p->size, &sha1);
        if (r < 0)
                return r;
        r = integrity_to_string(&integrity, &p->integrity);
        return r < 0 ? r : hex_encode(sha1.bytes, hash_algorithm_size(HASH_SHA1), &p->shasum);
}

static int write_tarball(int fd, int tarball_fd, Error *e, Packed *p) {
        _cleanup_(packlist_done) PackList list = {};
        PackResult result = {};
        int r;

        r = packlist(fd, p->package, e, &list);
        if (r < 0)
                return r;
        r = bin_of_package(fd, p->package, &p->bin);
        if (r < 0)
                return r;
        r = inspect_files(fd, &list, p);
        if (r < 0)
                return r;
        r = pack_tarball(fd, &list, p->bin, tarball_fd, e, &result);
        if (r < 0)
                return r;
        p->files = result.files;
        p->unpacked = result.bytes;
        return 0;
}

static int pack_files(int fd, Error *e, Packed *p) {
        _cleanup_(closep) int tarball_fd = memfd_create("tarball", MFD_CLOEXEC);
        int r;

        if (tarball_fd < 0)
                return -errno;
        r = write_tarball(fd, tarball_fd, e, p);
        if (r < 0)
                return r;
        if (lseek(tarball_fd, 0, SEEK_SET) < 0)
                return -errno;
        r = read_fd(tarball_fd, PACKED_TARBALL_MIB * 1024 * 1024, &p->tarball, &p->size);
        if (r == -EFBIG)
                return error_set(e, r,
                                 "the tarball is larger than %u MiB; list the package's files "
                                 "under 'files' in package.json",
                                 PACKED_TARBALL_MIB);
        return r < 0 ? r : hash_tarball(p);
}

/* "@acme/tool" of version 1.0.0 is acme-tool-1.0.0.tgz. */
static int make_filename(Packed *p) {
        const char *name = json_get_string(p->package, "name");

        if (strdupf(&p->filename, "%s-%s.tgz", name + (name[0] == '@'), p->version) < 0)
                return -ENOMEM;
        for (char *s = p->filename; *s; s++)
                if (*s == '/')
                        *s = '-';
        return 0;
}

/* Each may rewrite package.json. */
static int run_scripts(const PackageRequest *request, int fd, const char *const *events, Error *e,
                       json_object **package) {
        int r;

        for (; *events; events++) {
                json_object *again = NULL;

                r = package_script_run(request, *package, *events, e);
                if (r < 0)
                        return r;
                r = read_package(fd, e, &again);
                if (r < 0)
                        return r;
                (void) json_object_put(*package);
                *package = again;
        }
        return 0;
}

/* A package that is published gets its name now; one that is only packed may have an old one. */
static int check_package(json_object *package, bool publish, Error *e, char **ret_version) {
        return publication_check(package, publish ? module_name_check_new : module_name_check,
                                 publish, e, ret_version);
}

/* Checked before the scripts, so that none runs for a package that cannot be packed, and again
 * after them. */
static int prepare_package(const PackageRequest *request, int fd, bool publish, Error *e,
                           Packed *p) {
        static const char *const before[] = { "prepublishOnly", "prepack", "prepare", NULL };
        int r;

        r = read_package(fd, e, &p->package);
        if (r < 0)
                return r;
        r = check_package(p->package, publish, e, &p->version);
        if (r < 0)
                return r;
        r = run_scripts(request, fd, before + !publish, e, &p->package);
        if (r < 0)
                return r;
        free(TAKE_PTR(p->version));
        return check_package(p->package, publish, e, &p->version);
}

int packed_make(const PackageRequest *request, bool publish, Error *e, Packed *ret) {
        _cleanup_(closep) int fd = -EBADF;
        _cleanup_(packed_done) Packed p = {};
        int r;

        assert(request && request->folder);
        assert(ret);

        fd = open(request->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return error_set(e, -errno, "cannot open %s: %s", request->folder, strerror(errno));
        r = prepare_package(request, fd, publish, e, &p);
        if (r < 0)
                return r;
        r = make_filename(&p);
        if (r < 0)
                return r;
        r = pack_files(fd, e, &p);
        if (r < 0)
                return r;
        r = package_script_run(request, p.package, "postpack", e);
        if (r < 0)
                return r;
        *ret = p;
        p = (Packed) {};
        return 0;
}

int packed_answer(const Packed *p, json_object **ret) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();
        int r;

        assert(p);
        assert(ret);

        const struct {
                const char *key, *text;
                uint64_t number; /* where there is no text */
        } fields[] = {
                { .key = "name", .text = json_get_string(p->package, "name") },
                { .key = "version", .text = p->version },
                { .key = "filename", .text = p->filename },
                { .key = "size", .number = p->size },
                { .key = "unpackedSize", .number = p->unpacked },
                { .key = "shasum", .text = p->shasum },
                { .key = "integrity", .text = p->integrity },
        };

        if (!o)
                return -ENOMEM;
        for (size_t i = 0; i < ELEMENTSOF(fields); i++) {
                r = fields[i].text ? json_add_string(o, fields[i].key, fields[i].text)
                                   : json_add_uint(o, fields[i].key, fields[i].number);
                if (r < 0)
                        return r;
        }
        r = json_add(o, "files", json_object_get(p->files));
        if (r < 0)
                return r;
        *ret = TAKE_PTR(o);
        return 0;
}
