/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/stat.h>

#include "basic/fs.h"
#include "basic/log.h"
#include "basic/path.h"
#include "basic/remove-tree.h"
#include "basic/string-util.h"
#include "ctl/ctl.h"
#include "ctl/skeleton.h"
#include "model/name.h"
#include "model/unit-spec-module.h"
#include "model/unit-spec.h"

#define MARK "@NAME@"

/* The text with the module's name; a name needs no escaping, neither in JSON nor in JavaScript. */
static char *fill_in(const char *text, const char *name) {
        size_t length = 0, n = strlen(name);
        char *filled, *out;

        for (const char *p = text; (p = strstr(p, MARK)); p += strlen(MARK))
                length += n;
        filled = out = malloc(strlen(text) + length + 1);
        if (!filled)
                return NULL;
        for (const char *mark; (mark = strstr(text, MARK)); text = mark + strlen(MARK)) {
                out = mempcpy(out, text, (size_t) (mark - text));
                out = mempcpy(out, name, n);
        }
        (void) strcpy(out, text);
        return filled;
}

static int write_one(int fd, const char *path, const char *text, const char *name) {
        _cleanup_(freep) char *filled = fill_in(text, name), *folder = NULL;
        _cleanup_(closep) int folder_fd = -EBADF;

        folder = strndup(path, (size_t) (path_basename(path) - path));
        if (!filled || !folder)
                return -ENOMEM;
        folder_fd = open_or_mkdir_at(fd, folder[0] ? folder : ".", 0755);
        if (folder_fd < 0)
                return folder_fd;
        return write_file_atomic_at(folder_fd, path_basename(path), filled, strlen(filled), 0644);
}

static int write_skeleton(const char *folder, const char *name) {
        _cleanup_(closep) int fd = open_folder(AT_FDCWD, folder);
        int r = MIN2(fd, 0);

        for (size_t i = 0; r == 0 && i < ELEMENTSOF(skeleton); i++)
                r = write_one(fd, skeleton[i].path, skeleton[i].text, name);
        if (r < 0)
                (void) remove_tree_at(AT_FDCWD, folder);
        return r;
}

/* As strict as the stricter scope: a module's author does not know where it will run. */
static int check_name(const char *name, Error *e) {
        _cleanup_(freep) char *unit = NULL;
        int r;

        r = module_name_check_new(name, e);
        if (r < 0)
                return r;
        r = module_unit_name(name, /* app= */ NULL, 0, &unit);
        if (r < 0 || strlen(unit) <= unit_name_max(SCOPE_SYSTEM))
                return r;
        return error_set(e, -EINVAL,
                         "the name of its unit would be longer than the %zu bytes that systemd "
                         "allows",
                         unit_name_max(SCOPE_SYSTEM));
}

static int run_generate(const void *args, char **words) {
        _cleanup_(error_clear) Error e = ERROR_NULL;
        const char *name = words[0], *folder = path_basename(name);
        int r;

        r = check_name(name, &e);
        if (r < 0)
                return log_error_cause(r, &e, "Failed to generate '%s'", name);
        if (mkdir(folder, 0755) < 0)
                return log_error_errno(-errno, "Failed to generate '%s': the folder %s: %m", name,
                                       folder);
        r = write_skeleton(folder, name);
        if (r < 0)
                return log_error_errno(r, "Failed to generate '%s': writing to %s: %m", name,
                                       folder);
        log_info("%s is in ./%s; run it with: cd %s && pm2ctl install %s.", name, folder, folder,
                 geteuid() == 0 ? "--uid=USER " : "");
        return 0;
}

const Verb verb_generate = {
        "generate", " module:generate ", "NAME", "Write the skeleton of a new module", 1,
        1,          run_generate,
};
