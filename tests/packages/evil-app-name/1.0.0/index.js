// SPDX-License-Identifier: LGPL-2.1-or-later
console.log('running');
setInterval(() => {}, 60000);
