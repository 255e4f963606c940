// SPDX-License-Identifier: LGPL-2.1-or-later
for (const key of Object.keys(require('./package.json').config))
        console.log(`${JSON.stringify(key)}=${JSON.stringify(process.env[key])}`);
setInterval(() => {}, 60000);
