// SPDX-License-Identifier: LGPL-2.1-or-later
console.log('running with an odd name');
setInterval(() => {}, 60000);
