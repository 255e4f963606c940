/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fetch/bin-links.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/open-beneath.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "fetch/tree-packages.h"
#include "npm/spec/collate.h"
#include "npm/tree/bin.h"

#define FIRST_LINE_MAX 2048 /* bytes looked at for the end of a script's first line */

/* "#!/usr/bin/env node\r\n" asks for an interpreter called "node\r". */
static int repair_first_line(int dir_fd, const char *name, int fd) {
        _cleanup_(freep) char *text = NULL;
        char line[FIRST_LINE_MAX];
        char *end;
        ssize_t n;
        size_t size;
        int r;

        n = pread(fd, line, sizeof(line), 0);
        if (n < 2 || line[0] != '#' || line[1] != '!')
                return 0;
        end = memchr(line, '\n', (size_t) n);
        if (!end || end[-1] != '\r')
                return 0;

        r = read_fd(fd, BIN_FILE_MAX, &text, &size);
        if (r < 0)
                return r == -EFBIG ? 0 : r;
        memmove(text + (end - line) - 1, text + (end - line), size - (size_t) (end - line));
        return write_file_atomic_at(dir_fd, name, text, size - 1, 0755);
}

/* 1 if the file exists and is executable now, 0 if it does not exist. */
static int prepare_file(int package_fd, const char *file) {
        _cleanup_(freep) char *folder = NULL;
        _cleanup_(closep) int fd = -EBADF, dir_fd = -EBADF;
        const char *name = path_basename(file);
        struct stat st;
        int r;

        folder = name > file ? strndup(file, (size_t) (name - file)) : strdup(".");
        if (!folder)
                return -ENOMEM;
        dir_fd = open_beneath(package_fd, folder, O_RDONLY | O_DIRECTORY);
        if (dir_fd < 0)
                return 0;
        fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
                return 0;
        if ((st.st_mode & 0777) != 0755 && fchmod(fd, 0755) < 0)
                return -errno;
        r = repair_first_line(dir_fd, name, fd);
        return r < 0 ? r : 1;
}

/* Skips a command whose file is missing. */
static int link_command(int modules_fd, int package_fd, const char *package, const char *command,
                        const char *file) {
        _cleanup_(freep) char *target = NULL;
        _cleanup_(closep) int bin_fd = -EBADF;
        int r;

        r = prepare_file(package_fd, file);
        if (r <= 0)
                return r;
        if (strdupf(&target, "../%s/%s", package, file) < 0)
                return -ENOMEM;
        bin_fd = open_or_mkdir_at(modules_fd, ".bin", 0755);
        if (bin_fd < 0)
                return bin_fd;
        return symlinkat(target, bin_fd, command) < 0 && errno != EEXIST ? -errno : 0;
}

/* `modules` is the length of "…/node_modules" in the location, the package's folder follows. */
static int link_commands(int tree_fd, const Node *n, size_t modules, json_object *commands) {
        _cleanup_(freep) char *path = strndup(n->location, modules);
        _cleanup_(closep) int modules_fd = -EBADF, package_fd = -EBADF;
        const char *package = n->location + modules + 1;
        int r;

        if (!path)
                return -ENOMEM;
        modules_fd = open_beneath(tree_fd, path, O_RDONLY | O_DIRECTORY);
        if (modules_fd < 0)
                return modules_fd;
        package_fd = open_beneath(modules_fd, package, O_RDONLY | O_DIRECTORY);
        if (package_fd < 0)
                return package_fd;

        json_object_object_foreach(commands, command, file) {
                if (!filename_is_valid(command))
                        continue;
                r = link_command(modules_fd, package_fd, package, command, json_string(file));
                if (r < 0)
                        return r;
        }
        return 0;
}

static int compare_nodes(const void *a, const void *b) {
        const Node *const *x = a, *const *y = b;

        return collate((*x)->location, (*y)->location);
}

/* Where the last "node_modules" of a location ends. */
static size_t modules_length(const char *location) {
        size_t length = 0;

        for (const char *p = location; (p = strstr(p, "node_modules/")); p++)
                if (p == location || p[-1] == '/')
                        length = (size_t) (p - location) + strlen("node_modules");
        return length;
}

static bool node_has_bin(const Tree *t, const Node *n) {
        return node_is_installed(t, n) && json_has(n->manifest->json, "bin");
}

static int link_node(int tree_fd, const Node *n) {
        _cleanup_(json_object_putp) json_object *commands = NULL;
        int r;

        r = bin_normalize(json_get(n->manifest->json, "bin"), n->manifest->name, &commands);
        if (r < 0 || !commands)
                return r;
        return link_commands(tree_fd, n, modules_length(n->location), commands);
}

int bin_links_make(int tree_fd, const Tree *t, Error *e) {
        _cleanup_(freep) const Node **nodes = NULL;
        size_t n = 0;

        assert(tree_fd >= 0);
        assert(t);

        nodes = calloc(t->n_nodes + 1, sizeof(Node *));
        if (!nodes)
                return -ENOMEM;
        for (size_t i = 0; i < t->n_nodes; i++)
                if (node_has_bin(t, t->nodes[i]))
                        nodes[n++] = t->nodes[i];
        qsort(nodes, n, sizeof(Node *), compare_nodes);

        for (size_t i = 0; i < n; i++) {
                int r = link_node(tree_fd, nodes[i]);

                if (r < 0)
                        return error_set(e, r, "cannot link the commands of %s: %s",
                                         nodes[i]->location, strerror(-r));
        }
        return 0;
}
