/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "basic/user.h"
#include "store/modules.h"

static int read_text(const char *folder, char **ret, size_t *ret_size) {
        _cleanup_(freep) char *path = path_join(folder, "package.json");

        return path ? read_file_at(AT_FDCWD, path, PACKAGE_JSON_MAX, ret, ret_size) : -ENOMEM;
}

int store_become_owner(const Module *m) {
        uid_t uid;
        gid_t gid;
        int r;

        if (!m->link || !m->user)
                return 0;
        r = user_lookup(m->user, &uid, &gid);
        return r < 0 ? r : user_become(uid, gid);
}

int store_read_package(const Module *m, Error *e, Package *ret) {
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r, back;

        r = store_become_owner(m);
        if (r < 0)
                return error_set(e, r, "cannot act as user '%s': %s", m->user, strerror(-r));
        r = read_text(m->package, &text, &size);
        back = user_return();
        if (back < 0)
                return back;

        if (r == -EFBIG)
                return error_set(e, r, "%s/package.json is larger than %u bytes", m->package,
                                 PACKAGE_JSON_MAX);
        if (r < 0)
                return error_set(e, r, "cannot read %s/package.json: %s", m->package, strerror(-r));
        r = package_parse(text, size, e, ret);
        if (r < 0)
                return error_prefix(e, r, "%s/package.json", m->package);
        r = m->env ? package_choose_env(ret, m->env) : 0;
        if (r < 0)
                package_done(ret);
        return MIN2(r, 0);
}
