/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "basic/error.h"
#include "basic/json.h"

/* Mode "publish": reads the request, packs the folder, and sends it to its registry unless it is a
 * dry run. `ret` is packed_answer()'s with "registry", "tag" and "published". */
int package_publish(Error *e, json_object **ret);
