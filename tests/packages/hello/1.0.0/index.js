// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Says what reached it: the variable of the first example, and each variable named in its setting "print".
'use strict';

const { name, version } = require('./package.json');

console.log(`${name} ${version}: ${process.env.greeting}`);
console.log(`pmx_timeout=${process.env.pmx_timeout}`);
for (const key of (process.env.print || '').split(',').filter(Boolean))
        console.log(`${key}=${JSON.stringify(process.env[key])}`);
setInterval(() => {}, 60000);
