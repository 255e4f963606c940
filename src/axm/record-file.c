/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "axm/record-file.h"

#include "axm/record-text.h"
#include "basic/error.h"
#include "basic/fs.h"
#include "basic/string-util.h"
#include "model/name.h"

#define RECORD_SUFFIX ".json"

int record_file_name(const char *module, const char *app, unsigned instance, char **ret) {
        _cleanup_(freep) char *folder = NULL;
        int r;

        r = module_unit_folder(module, app, instance, &folder);
        return r < 0 ? r : strdupf(ret, "%s" RECORD_SUFFIX, folder);
}

static int load_file(int dir_fd, const char *name, Error *e, Record *ret) {
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r;

        r = read_file_at(dir_fd, name, RECORD_FILE_MAX, &text, &size);
        if (r == -EFBIG)
                return error_set(e, -EBADMSG, "larger than %u bytes", RECORD_FILE_MAX);
        return r < 0 ? r : record_parse(text, size, e, ret);
}

int record_load_at(int dir_fd, const char *name, Error *e, Record *ret) {
        _cleanup_(freep) char *folder = NULL;
        int r;

        assert(name);
        assert(ret);

        r = load_file(dir_fd, name, e, ret);
        if (r == -ENOENT)
                return 0;
        if (r < 0) {
                (void) fd_path(dir_fd, &folder);
                return error_prefix(e, r, "%s/%s", folder ? folder : ".", name);
        }
        return 1;
}

int record_save_at(int dir_fd, const char *name, const Record *record, Error *e) {
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r;

        assert(name);

        r = record_format(record, &text, &size);
        if (r < 0)
                return error_prefix(e, r, "%s", name);
        r = write_file_atomic_at(dir_fd, name, text, size, 0640);
        return r < 0 ? error_prefix(e, r, "%s", name) : 0;
}

/* "tool.json" and "tool@worker.json" are of "tool", but neither "tool2.json" nor "tool.x.json". */
static bool is_record_of(const char *file, const char *folder) {
        const char *rest = startswith(file, folder);

        return rest &&
               (streq(rest, RECORD_SUFFIX) || (rest[0] == '@' && endswith(rest, RECORD_SUFFIX)));
}

int record_remove_at(int dir_fd, const char *module, Error *e) {
        _cleanup_(closedirp) DIR *d = NULL;
        _cleanup_(freep) char *folder = NULL;
        int r;

        r = module_folder_from_name(module, &folder);
        if (r < 0)
                return r;
        r = opendir_at(dir_fd, ".", &d);
        if (r < 0)
                return r;

        for (struct dirent *f; (f = readdir(d));)
                if (is_record_of(f->d_name, folder) && unlinkat(dir_fd, f->d_name, 0) < 0 &&
                    errno != ENOENT)
                        return error_set(e, -errno, "%s: %s", f->d_name, strerror(errno));
        return 0;
}
