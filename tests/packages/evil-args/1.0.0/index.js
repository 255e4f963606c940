// SPDX-License-Identifier: LGPL-2.1-or-later
console.log(JSON.stringify(process.argv.slice(2)));
setInterval(() => {}, 60000);
