/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The npm procedure: from a specification to a tree of packages, verified and laid out, that npm's
 * own tools understand. Runs none of their code. */

#include "fetch/request.h"

/* Fills request->tree. `ret` is answer_make()'s. Negative with a clause; then the caller removes
 * what is in the tree. */
int fetch_tree(const Request *request, Error *e, json_object **ret);
