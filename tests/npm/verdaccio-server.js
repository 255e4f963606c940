// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Starts a private registry as people run them: everybody reads, who is logged in publishes, the scope @acme is for those
// alone. As a program, verdaccio-server.js FOLDER-WITH-VERDACCIO DATA-FOLDER, it prints its address and alice's token.
'use strict';

const { spawn } = require('child_process');
const fs = require('fs');
const net = require('net');
const path = require('path');

const freePort = () => new Promise((resolve) => {
        const server = net.createServer().listen(0, '127.0.0.1', () => {
                const { port } = server.address();
                server.close(() => resolve(port));
        });
});

async function start(folder, dir) {
        const port = await freePort(), config = path.join(dir, 'config.yaml');
        fs.writeFileSync(config, `
storage: ${dir}/storage
auth: { htpasswd: { file: ${dir}/htpasswd, max_users: 10 } }
packages:
  '@acme/*': { access: $authenticated, publish: $authenticated }
  '**': { access: $all, publish: $authenticated }
server: { keepAliveTimeout: 1 }
log: { type: stdout, format: pretty, level: warn }
`);
        const child = spawn(process.execPath, [path.join(folder, 'node_modules/verdaccio/bin/verdaccio'), '--config', config,
                '--listen', `http://127.0.0.1:${port}`], { cwd: dir, stdio: 'ignore' });
        process.on('exit', () => child.kill('SIGKILL'));
        const url = `http://127.0.0.1:${port}/`;
        for (let i = 0; i < 600; i++) {
                if (await fetch(`${url}-/ping`).then((response) => response.ok, () => false))
                        return { url, host: `127.0.0.1:${port}`, child };
                await new Promise((resolve) => setTimeout(resolve, 100));
        }
        throw new Error('verdaccio does not start');
}

async function put(url, body, token) {
        const response = await fetch(url, { method: 'PUT', body: JSON.stringify(body),
                headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) } });
        if (!response.ok)
                throw new Error(`PUT ${url}: ${response.status} ${await response.text()}`);
        return response.json();
}

const login = async (registry) =>
        (await put(`${registry.url}-/user/org.couchdb.user:alice`, { name: 'alice', password: 'open sesame' })).token;

module.exports = { start, put, login };
if (require.main === module)
        start(...process.argv.slice(2)).then(async (registry) => console.log(`${registry.url} ${await login(registry)}`));
