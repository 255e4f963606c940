/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "store/pm2ctl-config.h"

#include <fcntl.h>

#include "basic/fs.h"
#include "basic/path.h"
#include "basic/string-util.h"
#include "basic/trusted-file.h"
#include "store/ini-parse.h"
#include "store/scope.h"

static int parse_signatures(const char *value, void *field) {
        SignaturePolicy policy = signature_policy_from_string(value);

        if (policy < 0)
                return -EINVAL;
        *(SignaturePolicy *) field = policy;
        return 0;
}

static const struct {
        const char *section, *key;
        size_t offset;
        int (*parse)(const char *value, void *field);
        const char *values; /* for people */
} options[] = {
        { "install", "signatures", offsetof(Pm2ctlConfig, signatures), parse_signatures,
          "required, when-present or off" },
};

/* An unknown option in an administrator's file is not a newer version's, but misspelled: what it
 * was meant to forbid would stay allowed. */
static int take_entry(const IniLine *line, const char *section, const char *origin, Error *e,
                      Pm2ctlConfig *c) {
        for (size_t i = 0; i < ELEMENTSOF(options); i++) {
                if (!streq(section, options[i].section) || !streq(line->name, options[i].key))
                        continue;
                if (options[i].parse(line->value, (char *) c + options[i].offset) >= 0)
                        return 0;
                return error_set(e, -EINVAL,
                                 "%s: line %u: '%s' is not a valid value of '%s'; use %s", origin,
                                 line->number, line->value, line->name, options[i].values);
        }
        return error_set(e, -EINVAL,
                         "%s: line %u: unknown option '%s' in section [%s]; pm2ctl.ini(5) lists "
                         "them",
                         origin, line->number, line->name, section);
}

static int parse_config(const char *text, size_t size, const char *origin, Error *e,
                        Pm2ctlConfig *ret) {
        _cleanup_(ini_file_done) IniFile file = {};
        const char *section = "";
        Pm2ctlConfig c = {};
        int r;

        r = ini_file_parse(text, size, e, &file);
        if (r < 0)
                return error_prefix(e, r, "%s", origin);
        for (size_t i = 0; i < file.n; i++) {
                const IniLine *line = file.lines + i;

                if (line->kind == INI_SECTION)
                        section = line->name;
                if (line->kind != INI_ENTRY)
                        continue;
                r = take_entry(line, section, origin, e, &c);
                if (r < 0)
                        return r;
        }
        *ret = c;
        return 0;
}

int pm2ctl_config_load(const Scope *scope, Error *e, Pm2ctlConfig *ret) {
        _cleanup_(freep) char *path = path_join(scope->config, CONFIG_FILE), *text = NULL;
        _cleanup_(error_clear) Error why = ERROR_NULL;
        _cleanup_(closep) int fd = -EBADF;
        size_t size = 0;
        int r;

        if (!path)
                return -ENOMEM;
        fd = trusted_file_open(path, 0, &why);
        r = fd < 0 ? fd : read_fd(fd, INI_FILE_MAX, &text, &size);
        if (r < 0 && r != -ENOENT)
                return error_set(e, r, "cannot read %s: %s", path,
                                 why.message ? why.message : scope_strerror(scope->kind, r));
        return parse_config(text ? text : "", size, path, e, ret);
}
