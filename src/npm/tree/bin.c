/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/tree/bin.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/open-beneath.h"
#include "basic/path.h"
#include "basic/string-util.h"

#define DEPTH_MAX 8    /* folders within it */
#define FILES_MAX 1000 /* commands of one package */

/* The path as if the package were the root of all: "./a/../b" is "b", "../../c" is "c". Colons and
 * backslashes count as slashes. NULL if out of memory. */
static char *contain_path(const char *path) {
        char *out, *t;

        out = t = malloc(strlen(path) + 1);
        if (!out)
                return NULL;
        while (*path) {
                size_t n = strcspn(path, "/\\:");

                if (n == 2 && memcmp(path, "..", 2) == 0) {
                        while (t > out && *--t != '/')
                                ;
                } else if (n > 0 && !(n == 1 && *path == '.')) {
                        if (t > out)
                                *t++ = '/';
                        memcpy(t, path, n);
                        t += n;
                }
                path += n + (path[n] != 0);
        }
        *t = 0;
        return out;
}

static int add_command(json_object *o, const char *name, const char *file) {
        _cleanup_(freep) char *key = NULL, *path = NULL;

        if (!name || !file)
                return 0;
        key = contain_path(name);
        path = contain_path(file);
        if (!key || !path)
                return -ENOMEM;
        if (isempty(path_basename(key)) || isempty(path))
                return 0;
        return json_add_string(o, path_basename(key), path);
}

static int add_list(json_object *o, json_object *bin) {
        for (size_t i = 0; i < json_object_array_length(bin); i++) {
                const char *file = json_string(json_object_array_get_idx(bin, i));
                int r = add_command(o, file, file);

                if (r < 0)
                        return r;
        }
        return 0;
}

static int add_members(json_object *o, json_object *bin) {
        json_object_object_foreach(bin, name, file) {
                int r = add_command(o, name, json_string(file));

                if (r < 0)
                        return r;
        }
        return 0;
}

int bin_normalize(json_object *bin, const char *package, json_object **ret) {
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();
        int r = 0;

        if (!o)
                return -ENOMEM;
        if (json_object_is_type(bin, json_type_string))
                r = add_command(o, package, json_string(bin));
        else if (json_object_is_type(bin, json_type_array))
                r = add_list(o, bin);
        else if (json_object_is_type(bin, json_type_object))
                r = add_members(o, bin);
        if (r < 0)
                return r;
        *ret = json_object_object_length(o) > 0 ? TAKE_PTR(o) : NULL;
        return 0;
}

/* -- the folder that "directories" names ---------------------------------------------- */

static int add_folder(int parent_fd, const char *name, const char *path, unsigned depth,
                      json_object *bin);

static int add_entry(int fd, const char *name, const char *path, unsigned depth, json_object *bin) {
        _cleanup_(freep) char *file = path_join(path, name);
        struct stat st;

        if (!file)
                return -ENOMEM;
        if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return -errno;
        if (S_ISDIR(st.st_mode))
                return add_folder(fd, name, file, depth + 1, bin);
        if (!S_ISREG(st.st_mode) || json_object_object_length(bin) >= FILES_MAX)
                return 0;
        return json_add_string(bin, name, file);
}

static int add_folder(int parent_fd, const char *name, const char *path, unsigned depth,
                      json_object *bin) {
        _cleanup_(closep) int fd = open_beneath(parent_fd, name, O_RDONLY | O_DIRECTORY);
        _cleanup_(closedirp) DIR *d = NULL;
        struct dirent *entry;
        int r;

        if (fd < 0)
                return fd == -ENOENT || fd == -ENOTDIR ? 0 : fd;
        if (depth > DEPTH_MAX)
                return 0;
        r = opendir_at(fd, ".", &d);
        if (r < 0)
                return r;
        while ((errno = 0, entry = readdir(d))) {
                if (entry->d_name[0] == '.')
                        continue;
                r = add_entry(fd, entry->d_name, path, depth, bin);
                if (r < 0)
                        return r;
        }
        return -errno;
}

int bin_of_package(int fd, json_object *package, json_object **ret) {
        const char *folder = json_get_string(json_get(package, "directories"), "bin");
        _cleanup_(json_object_putp) json_object *bin = NULL;
        _cleanup_(freep) char *path = NULL;
        int r;

        if (json_get(package, "bin") || isempty(folder))
                return bin_normalize(json_get(package, "bin"),
                                     json_get_string(package, "name") ?: "", ret);

        bin = json_object_new_object();
        if (!bin)
                return -ENOMEM;
        r = path_normalize_beneath(folder + strspn(folder, "/"), &path);
        if (r < 0)
                return r == -EINVAL ? 0 : r;
        r = add_folder(fd, path, path, 0, bin);
        if (r < 0)
                return r;
        *ret = json_object_object_length(bin) > 0 ? TAKE_PTR(bin) : NULL;
        return 0;
}
