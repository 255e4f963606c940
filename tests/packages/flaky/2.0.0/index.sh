# SPDX-License-Identifier: LGPL-2.1-or-later
# No JavaScript: on a slow machine node takes longer to start than a module has to stay up.
echo "flaky 2.0.0 is broken" >&2
exit 1
