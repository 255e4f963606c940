// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Leaves behind what a script could see and do, for the tests to judge.
'use strict';

const fs = require('fs');
const net = require('net');

function tried(action) {
        try {
                action();
                return 'done';
        } catch (error) {
                return error.code || error.message;
        }
}

const report = {
        uid: process.getuid(),
        environment: Object.keys(process.env).sort(),
        write_etc: tried(() => fs.writeFileSync('/etc/with-scripts', '')),
        read_settings: tried(() => fs.readdirSync('/etc/pm2ctl')),
        read_npmrc: tried(() => fs.readFileSync('/root/.npmrc')),
};
const done = (connect) => {
        fs.writeFileSync('built.json', JSON.stringify({ ...report, connect }, null, 2) + '\n');
        process.exit(0);
};
const { hostname, port } = new URL(process.env.npm_config_registry || 'http://127.0.0.1:9');
net.connect(port || 80, hostname, () => done('done')).on('error', (error) => done(error.code));
