/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "basic/error.h"
#include "basic/json.h"

/* Mode "pack": reads the request, packs the folder, and writes the tarball to the request's folder
 * "output", if it has one. `ret` is packed_answer()'s. */
int package_pack(Error *e, json_object **ret);
