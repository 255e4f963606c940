/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "npm/spec/comparator.h"

#include "basic/string-util.h"

static const char *const operator_table[_OPERATOR_MAX] = {
        [OPERATOR_EQ] = "",  [OPERATOR_LT] = "<",  [OPERATOR_LE] = "<=",
        [OPERATOR_GT] = ">", [OPERATOR_GE] = ">=",
};

size_t comparator_scan_operator(Slice text, Operator *ret) {
        bool less = text.n > 0 && text.s[0] == '<', greater = text.n > 0 && text.s[0] == '>';
        size_t n = less || greater;
        bool equal = text.n > n && text.s[n] == '=';

        if (less)
                *ret = equal ? OPERATOR_LE : OPERATOR_LT;
        else if (greater)
                *ret = equal ? OPERATOR_GE : OPERATOR_GT;
        else
                *ret = OPERATOR_EQ;
        return n + equal;
}

void comparator_done(Comparator *c) {
        free((char *) c->version.prerelease.s);
        c->version.prerelease = (Slice) { 0 };
}

void comparator_list_done(ComparatorList *list) {
        for (size_t i = 0; i < list->n; i++)
                comparator_done(list->items + i);
        free(list->items);
        *list = (ComparatorList) { 0 };
}

static int list_append(ComparatorList *list, const Comparator *c) {
        Comparator *items;

        items = reallocarray(list->items, list->n + 1, sizeof(*items));
        if (!items)
                return -ENOMEM;
        items[list->n++] = *c;
        list->items = items;
        return 0;
}

int comparator_list_add(ComparatorList *list, Operator operator, const Semver * version) {
        Comparator c = { .operator= operator, .version = * version };
        int r;

        c.version.prerelease.s = NULL;
        if (version->prerelease.n > 0) {
                c.version.prerelease.s = strndup(version->prerelease.s, version->prerelease.n);
                if (!c.version.prerelease.s)
                        return -ENOMEM;
        }
        r = list_append(list, &c);
        if (r < 0)
                comparator_done(&c);
        return r;
}

int comparator_list_add_any(ComparatorList *list) {
        return list_append(list, &(Comparator) { .any = true });
}

void comparator_list_keep(ComparatorList *list, size_t index) {
        for (size_t i = 0; i < list->n; i++)
                if (i != index)
                        comparator_done(list->items + i);
        list->items[0] = list->items[index];
        list->n = 1;
}

bool comparator_test(const Comparator *c, const Semver *v) {
        int order;

        if (c->any)
                return true;

        order = semver_compare(v, &c->version);
        switch (c->operator) {
        case OPERATOR_EQ:
                return order == 0;
        case OPERATOR_LT:
                return order < 0;
        case OPERATOR_LE:
                return order <= 0;
        case OPERATOR_GT:
                return order > 0;
        case OPERATOR_GE:
                return order >= 0;
        default:
                return false;
        }
}

char *comparator_format(const Comparator *c, char *buffer) {
        char version[SEMVER_TEXT_MAX];

        if (c->any)
                buffer[0] = 0;
        else
                (void) sprintf(buffer, "%s%s", operator_table[c->operator], semver_format(&c->version, version));
        return buffer;
}

bool comparator_equal(const Comparator *a, const Comparator *b) {
        char x[COMPARATOR_TEXT_MAX], y[COMPARATOR_TEXT_MAX];

        if (a->any || b->any)
                return a->any == b->any;
        return a->operator== b->operator&& a->version.major == b->version.major &&
                streq(comparator_format(a, x), comparator_format(b, y));
}

bool comparator_is_nothing(const Comparator *c) {
        char text[COMPARATOR_TEXT_MAX];

        return !c->any && c->operator== OPERATOR_LT && c->version.major == 0 &&
                          streq(comparator_format(c, text), "<0.0.0-0");
}
