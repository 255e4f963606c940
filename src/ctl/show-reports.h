/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What `show` prints of that which a module says about itself. All of it is made harmless here. A
 * module may hide some of these panels: "show_module_meta", "versioning", "latency" or "errors" is
 * false then. */

#include "basic/json.h"

/* "Label: text" */
void show_line(const char *label, const char *text);

/* A panel of names and values; none if it has none. */
void show_panel(const char *title, json_object *o);

/* How the module calls itself, which is no more than a label, what it is, and which process is
 * measured. */
void show_names(json_object *o, const char *description);

/* Where its release is from. */
void show_release(json_object *o);

/* All else that a unit reported. */
void show_reports(json_object *o);
