/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "unit/notice.h"

static UnitNoticeHandler current;

void unit_notices_handle(UnitNoticeHandler handler) {
        current = handler;
}

void unit_notices_forget(const void *userdata) {
        if (current.userdata == userdata)
                current = (UnitNoticeHandler) {};
}

void unit_notice(const UnitNotice *notice) {
        assert(notice);

        if (current.handle)
                current.handle(current.userdata, notice);
}
