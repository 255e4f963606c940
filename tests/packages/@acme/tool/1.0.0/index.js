// SPDX-License-Identifier: LGPL-2.1-or-later
'use strict';

console.log(`@acme/tool sharp=${process.env.sharp} document=${process.env['@acme/tool']}`);
if (process.send)
        process.send({ type: 'axm:option:configuration', data: { module_name: '@acme/tool', sharp: process.env.sharp } });
setInterval(() => {}, 60000);
