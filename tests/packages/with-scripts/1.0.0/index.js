// SPDX-License-Identifier: LGPL-2.1-or-later
'use strict';

const fs = require('fs');
const path = require('path');

const built = path.join(__dirname, 'built.json');
console.log(fs.existsSync(built) ? `built by uid ${JSON.parse(fs.readFileSync(built)).uid}` : 'not built');
setInterval(() => {}, 60000);
