/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The npm procedure: from a specification to a tree of packages, verified and laid out, that npm's
 * own tools understand. Runs none of their code. */

#include "fetch/request.h"

/* Fills request->tree. `ret` is what answer_make() says; a failure comes with a clause. What is in
 * the tree after a failure is for the caller to remove. */
int fetch_tree(const Request *request, Error *e, json_object **ret);
