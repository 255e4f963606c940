/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/install.h"

void fetched_done(Fetched *f) {
        free(f->name);
        free(f->version);
        free(f->source);
        free(f->integrity);
        *f = (Fetched){};
}

int fetch_module(Context *c, const Source *source, const Staging *staging, Error *e, Fetched *ret) {
        return error_set(e, -EOPNOTSUPP, "only folders can be installed so far");
}
