// SPDX-License-Identifier: LGPL-2.1-or-later
console.error('flaky 2.0.0 is broken');
process.exit(1);
