# SPDX-License-Identifier: LGPL-2.1-or-later

# PM2CTL_WITH_DIR(NAME, PKG, PKG-VARIABLE, WHAT, [DEFAULT])
# A folder another package owns: --with-NAME=DIR, else what that package's pkg-config file answers, else DEFAULT.
AC_DEFUN([PM2CTL_WITH_DIR], [
        AC_ARG_WITH([$1], [AS_HELP_STRING([--with-$1=DIR], [folder for $4])],
                    [$1=$withval],
                    [PKG_CHECK_VAR([$1], [$2], [$3], [],
                                   [m4_ifval([$5], [$1=$5],
                                             [AC_MSG_ERROR([no folder for $4: install systemd-dev (Debian 12: systemd) or give --with-$1=DIR])])])])
        AC_SUBST([$1])
])

# PM2CTL_WARNING_FLAGS(FLAGS)
# Keeps of FLAGS those the compiler takes, in WARNING_CFLAGS.
AC_DEFUN([PM2CTL_WARNING_FLAGS], [
        WARNING_CFLAGS=
        pm2ctl_saved_CFLAGS=$CFLAGS
        for flag in m4_normalize([$1]); do
                CFLAGS="$pm2ctl_saved_CFLAGS -Werror $flag"
                AC_MSG_CHECKING([whether $CC takes $flag])
                AC_COMPILE_IFELSE([AC_LANG_PROGRAM([])],
                                  [AC_MSG_RESULT([yes]); WARNING_CFLAGS="$WARNING_CFLAGS $flag"],
                                  [AC_MSG_RESULT([no])])
        done
        CFLAGS=$pm2ctl_saved_CFLAGS
        AC_SUBST([WARNING_CFLAGS])
])
