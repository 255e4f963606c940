// SPDX-License-Identifier: LGPL-2.1-or-later
'use strict';

process.send({ type: 'axm:option:configuration', data: { module_name: 'exits-after-send', last_words: 'heard' } });
process.exit(0);
