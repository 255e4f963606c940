// SPDX-License-Identifier: LGPL-2.1-or-later
console.log('flaky 1.0.0 runs');
setInterval(() => {}, 60000);
