// SPDX-License-Identifier: LGPL-2.1-or-later
'use strict';

console.log(`dep-a ${require('dep-a')}, @acme/dep-b ${require('@acme/dep-b')}`);
setInterval(() => {}, 60000);
