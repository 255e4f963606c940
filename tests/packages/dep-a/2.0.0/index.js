// SPDX-License-Identifier: LGPL-2.1-or-later
module.exports = require('./package.json').version;
