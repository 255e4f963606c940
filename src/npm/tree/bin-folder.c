/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/open-beneath.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "npm/tree/bin.h"

#define DEPTH_MAX 8    /* folders within it */
#define FILES_MAX 1000 /* commands of one package */

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
        int r = 0;

        if (fd < 0)
                return fd == -ENOENT || fd == -ENOTDIR ? 0 : fd;
        if (depth > DEPTH_MAX)
                return 0;
        r = opendir_at(fd, ".", &d);
        while (r >= 0 && (errno = 0, entry = readdir(d)))
                if (entry->d_name[0] != '.')
                        r = add_entry(fd, entry->d_name, path, depth, bin);
        return r < 0 ? r : -errno;
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
