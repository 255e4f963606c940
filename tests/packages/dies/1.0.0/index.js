// SPDX-License-Identifier: LGPL-2.1-or-later
console.error('dies: no reason to live');
process.exit(1);
