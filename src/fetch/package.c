/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/package.h"

#include <fcntl.h>
#include <sys/mman.h>

#include "basic/encoding.h"
#include "basic/fs.h"
#include "basic/string-util.h"
#include "fetch/caller-npmrc.h"
#include "model/name.h"
#include "model/package.h"
#include "npm/pack/pack.h"
#include "npm/registry/integrity.h"
#include "npm/registry/publication.h"
#include "npm/tree/bin.h"

void packed_done(Packed *p) {
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
        *p = (Packed){};
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
        if (r >= 0 && !json_object_is_type(package, json_type_object))
                r = error_set(e, -EINVAL, "must be a JSON object, not %s", json_type_text(package));
        if (r < 0)
                return error_prefix(e, r, "package.json");
        *ret = TAKE_PTR(package);
        return 0;
}

/* A name that is read for what it says, its longest form being "README.markdown". */
static bool is_readme(const char *name) {
        return strncasecmp(name, "readme", 6) == 0 &&
               (name[6] == 0 || strcasecmp(name + 6, ".md") == 0 ||
                strcasecmp(name + 6, ".markdown") == 0 || strcasecmp(name + 6, ".mkd") == 0);
}

/* What a registry shows, and whether there is something to compile. */
static int look_around(int fd, const PackList *list, Packed *p) {
        int r;

        for (size_t i = 0; i < list->n; i++) {
                const char *path = list->files[i].path;

                if (strchr(path, '/'))
                        continue;
                p->gyp = p->gyp || endswith(path, ".gyp");
                if (!is_readme(path) || (p->readme && !path[6]))
                        continue;
                free(TAKE_PTR(p->readme));
                r = read_file_at(fd, path, PUBLICATION_README_MAX, &p->readme, NULL);
                if (r == -EFBIG)
                        continue;
                if (r >= 0)
                        r = free_and_strdup(&p->readme_file, path);
                if (r < 0)
                        return r;
                if (!utf8_is_valid(p->readme, strlen(p->readme)))
                        free(TAKE_PTR(p->readme));
        }
        return 0;
}

/* -- packing -------------------------------------------------------------------------- */

static int hash(Packed *p) {
        Integrity integrity = { .algorithm = HASH_SHA512, .n_digests = 1 };
        Digest sha1;
        int r;

        r = hash_data(HASH_SHA512, p->tarball, p->size, integrity.digests);
        if (r >= 0)
                r = hash_data(HASH_SHA1, p->tarball, p->size, &sha1);
        if (r >= 0)
                r = integrity_to_string(&integrity, &p->integrity);
        return r < 0 ? r : hex_encode(sha1.bytes, hash_algorithm_size(HASH_SHA1), &p->shasum);
}

static int pack(int fd, Error *e, Packed *p) {
        _cleanup_(closep) int tarball_fd = memfd_create("tarball", MFD_CLOEXEC);
        PackResult result = {};
        PackList list = {};
        int r;

        if (tarball_fd < 0)
                return -errno;
        r = packlist(fd, p->package, e, &list);
        if (r >= 0)
                r = bin_of_package(fd, p->package, &p->bin);
        if (r >= 0)
                r = look_around(fd, &list, p);
        if (r >= 0)
                r = pack_tarball(fd, &list, p->bin, tarball_fd, e, &result);
        packlist_done(&list);
        if (r < 0)
                return r;
        p->files = result.files;
        p->unpacked = result.bytes;

        if (lseek(tarball_fd, 0, SEEK_SET) < 0)
                return -errno;
        r = read_fd(tarball_fd, PACKAGE_TARBALL_MAX, &p->tarball, &p->size);
        if (r == -EFBIG)
                return error_set(e, r,
                                 "the tarball has more than %u bytes; 'files' in "
                                 "package.json says what belongs to the package",
                                 PACKAGE_TARBALL_MAX);
        return r < 0 ? r : hash(p);
}

/* "@acme/tool" of version 1.0.0 is acme-tool-1.0.0.tgz. */
static int make_filename(Packed *p) {
        const char *name = json_get_string(p->package, "name");

        if (asprintf(&p->filename, "%s-%s.tgz", name + (name[0] == '@'), p->version) < 0)
                return -ENOMEM;
        for (char *s = p->filename; *s; s++)
                if (*s == '/')
                        *s = '-';
        return 0;
}

/* A script may write package.json anew. */
static int run_and_read(json_object *request, int fd, const char *const *events, Error *e,
                        json_object **package) {
        int r;

        for (; *events; events++) {
                json_object *again = NULL;

                r = package_script(request, *package, *events, e);
                if (r >= 0)
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

int packed_make(json_object *request, const Npmrc *npmrc, bool publish, Error *e, Packed *ret) {
        static const char *const before[] = { "prepublishOnly", "prepack", "prepare", NULL };
        const char *folder = json_get_string(request, "folder");
        _cleanup_(closep) int fd = -EBADF;
        _cleanup_(packed_done) Packed p = {};
        int r;

        if (!folder || folder[0] != '/')
                return error_set(e, -EBADMSG, "request: field 'folder' must be an absolute path");
        if (streq_ptr(npmrc_get(npmrc, "ignore-scripts"), "true") &&
            json_add_bool(request, "ignore_scripts", true) < 0)
                return -ENOMEM;
        fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return error_set(e, -errno, "cannot open %s: %s", folder, strerror(errno));
        r = read_package(fd, e, &p.package);
        if (r >= 0)
                r = check_package(p.package, publish, e, &p.version);
        if (r >= 0)
                r = run_and_read(request, fd, before + !publish, e, &p.package);
        free(TAKE_PTR(p.version));
        if (r >= 0)
                r = check_package(p.package, publish, e, &p.version);
        if (r >= 0)
                r = make_filename(&p);
        if (r >= 0)
                r = pack(fd, e, &p);
        if (r >= 0)
                r = package_script(request, p.package, "postpack", e);
        if (r < 0)
                return r;
        *ret = p;
        p = (Packed){};
        return 0;
}

int packed_answer(const Packed *p, json_object **ret) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();
        int r;

        if (!o)
                return -ENOMEM;
        r = json_add_string(o, "name", json_get_string(p->package, "name"));
        if (r >= 0)
                r = json_add_string(o, "version", p->version);
        if (r >= 0)
                r = json_add_string(o, "filename", p->filename);
        if (r >= 0)
                r = json_add_uint(o, "size", p->size);
        if (r >= 0)
                r = json_add_uint(o, "unpackedSize", p->unpacked);
        if (r >= 0)
                r = json_add_string(o, "shasum", p->shasum);
        if (r >= 0)
                r = json_add_string(o, "integrity", p->integrity);
        if (r >= 0)
                r = json_add(o, "files", json_object_get(p->files));
        if (r < 0)
                return r;
        *ret = TAKE_PTR(o);
        return 0;
}

static int pack_to_output(json_object *request, const Npmrc *npmrc, Error *e, json_object **ret) {
        const char *output = json_get_string(request, "output");
        _cleanup_(packed_done) Packed p = {};
        _cleanup_(closep) int fd = -EBADF;
        int r;

        r = packed_make(request, npmrc, /* publish= */ false, e, &p);
        if (r < 0)
                return r;
        if (output) {
                fd = open_folder(AT_FDCWD, output);
                r = fd < 0 ? fd : write_file_atomic_at(fd, p.filename, p.tarball, p.size, 0644);
                if (r < 0)
                        return error_set(e, r, "cannot write %s/%s: %s", output, p.filename,
                                         strerror(-r));
        }
        return packed_answer(&p, ret);
}

int package_run(const char *mode, Error *e, json_object **ret) {
        _cleanup_(json_object_putp) json_object *o = NULL;
        _cleanup_(npmrc_freep) Npmrc *npmrc = NULL;
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r;

        r = read_fd(STDIN_FILENO, PACKAGE_REQUEST_MAX, &text, &size);
        if (r >= 0)
                r = json_parse(text, size, e, &o);
        if (r < 0)
                return error_prefix(e, r, "request");

        r = caller_npmrc_read(json_get(o, "npmrc"), json_get(o, "env"), e, &npmrc);
        if (r < 0)
                return r;
        return streq(mode, "pack") ? pack_to_output(o, npmrc, e, ret)
                                   : package_publish(o, npmrc, e, ret);
}
