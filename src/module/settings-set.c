/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module/settings-set.h"

#include "basic/string-util.h"
#include "basic/strv.h"
#include "model/environment-names.h"
#include "model/environment.h"
#include "model/key.h"
#include "model/name.h"
#include "store/settings-change.h"
#include "store/settings-tree.h"

void settings_effect_done(SettingsEffect *effect) {
        free(effect->replaced);
        free(effect->absent);
        *effect = (SettingsEffect) {};
}

/* Whether a value takes the place of something of another kind: what is nested in it, or what it is
 * to be nested in. */
static int find_replaced(const Settings *s, char **path, json_object *value,
                         SettingsEffect *effect) {
        size_t n = strv_length(path);
        json_object *old;

        if (settings_get(s, path, &old) > 0 && !tree_is_leaf(old) && tree_is_leaf(value)) {
                effect->n_replaced = (unsigned) json_object_object_length(old);
                return 0;
        }
        for (size_t i = 1; i < n && !effect->replaced; i++) {
                char *rest = path[i];
                bool leaf;

                path[i] = NULL;
                leaf = settings_get(s, path, &old) > 0 && tree_is_leaf(old);
                path[i] = rest;
                if (leaf && free_and_strdup(&effect->replaced, path[i - 1]) < 0)
                        return -ENOMEM;
        }
        return 0;
}

/* As text: 1.50 is another environment than 1.5. */
static bool json_is_same(json_object *a, json_object *b) {
        _cleanup_(freep) char *text = strdup(json_text(a));

        return text && streq(text, json_text(b));
}

/* Whether a setting is what it would be once it is set. A secret stays one. */
static bool has_value(const Settings *s, char *const *path, json_object *value, bool secret) {
        json_object *old;

        return settings_get(s, path, &old) > 0 && json_is_same(old, value) &&
               (!secret || settings_is_secret(s, path));
}

static int edit_parse_key(const SettingsEdit *edit, const char *text, Error *e, Key *ret) {
        int r;

        r = key_parse(text, edit->known, e, ret);
        if (r < 0)
                return r;
        if (!ret->path)
                return error_set(e, -EINVAL,
                                 "'%s' is a module, and all its settings would be lost: name one "
                                 "of them, as %s:KEY",
                                 ret->module, ret->module);
        if (!ret->path[1] && environment_is_channel(ret->path[0]))
                return error_set(e, -EINVAL,
                                 "'%s' is how a module finds its channel; it cannot be set",
                                 ret->path[0]);
        return 0;
}

int settings_edit_set(SettingsEdit *edit, const char *text, json_object *value, bool secret,
                      Error *e, SettingsEffect *ret) {
        _cleanup_(settings_effect_done) SettingsEffect effect = {};
        _cleanup_(key_done) Key key = {};
        Settings *s;
        int r;

        r = edit_parse_key(edit, text, e, &key);
        if (r < 0)
                return r;
        r = settings_edit_load(edit, key.module, e, &s);
        if (r < 0)
                return r;
        r = find_replaced(s, key.path, value, &effect);
        if (r < 0)
                return r;
        effect.changed = !has_value(s, key.path, value, secret);
        if (effect.changed) {
                r = settings_set(s, key.path, value, secret, e);
                if (r < 0)
                        return error_prefix(e, r, "value of '%.*s'", MODULE_NAME_MAX, text);
                edit->grows = true;
        }
        settings_edit_touch(edit, key.module, effect.changed);
        if (key.module && !strv_contains(edit->installed, key.module) &&
            free_and_strdup(&effect.absent, key.module) < 0)
                return -ENOMEM;
        *ret = TAKE_STRUCT(effect);
        return 0;
}

static int unset_path(SettingsEdit *edit, const char *module, char *const *path, Error *e) {
        Settings *s;
        int r;

        r = settings_edit_load(edit, module, e, &s);
        if (r < 0)
                return r;
        r = settings_unset(s, path);
        if (r < 0)
                return r;
        settings_edit_touch(edit, module, r > 0);
        return r;
}

/* Settings and nothing else, whichever modules' they are: those of modules that are not installed
 * too. */
static int unset_all(SettingsEdit *edit, Error *e) {
        bool any;
        int r;

        r = unset_path(edit, NULL, NULL, e);
        if (r < 0)
                return r;
        any = r > 0;
        STRV_FOREACH(name, edit->known) {
                r = unset_path(edit, *name, NULL, e);
                if (r < 0)
                        return r;
                any |= r > 0;
        }
        return any;
}

int settings_edit_unset(SettingsEdit *edit, const char *text, Error *e) {
        _cleanup_(key_done) Key key = {};
        int r;

        if (streq(text, "all"))
                return unset_all(edit, e);
        r = key_parse(text, edit->known, e, &key);
        return r < 0 ? r : unset_path(edit, key.module, key.path, e);
}
