/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One bound of a version range: ">=1.2.3", "<2.0.0-0", "1.2.3". */

#include "npm/spec/semver.h"

#define COMPARATOR_TEXT_MAX (2 + SEMVER_TEXT_MAX)

typedef enum Operator {
        OPERATOR_EQ,
        OPERATOR_LT,
        OPERATOR_LE,
        OPERATOR_GT,
        OPERATOR_GE,
        _OPERATOR_MAX,
} Operator;

typedef struct Comparator {
        bool any; /* takes every version; the rest is unset */
        Operator operator;
        Semver version; /* its prerelease is a copy of its own */
} Comparator;

typedef struct ComparatorList {
        Comparator *items;
        size_t n;
} ComparatorList;

void comparator_done(Comparator *c);
void comparator_list_done(ComparatorList *list);

/* Copies the version's prerelease. -ENOMEM. */
int comparator_list_add(ComparatorList *list, Operator operator, const Semver * version);
int comparator_list_add_any(ComparatorList *list);

/* Drops all but the one at `index`. */
void comparator_list_keep(ComparatorList *list, size_t index);

bool comparator_test(const Comparator *c, const Semver *v);
bool comparator_equal(const Comparator *a, const Comparator *b);

/* "<0.0.0-0", which no version passes. */
bool comparator_is_nothing(const Comparator *c);

/* Writes at most COMPARATOR_TEXT_MAX bytes; returns buffer. */
char *comparator_format(const Comparator *c, char *buffer);

/* The operator the text starts with ("" is EQ); returns its length. */
size_t comparator_scan_operator(Slice text, Operator *ret);
