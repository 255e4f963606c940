// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What the tests of the registry's client have in common: TAP, a folder that goes away, running the client.
'use strict';

const { spawn } = require('child_process');
const fs = require('fs');
const http = require('http');
const os = require('os');
const path = require('path');

const base = fs.mkdtempSync(path.join(os.tmpdir(), 'pm2ctl-npm-'));
process.on('exit', () => fs.rmSync(base, { recursive: true, force: true }));
let count = 0, failed = 0, folders = 0;

function ok(good, what, detail) {
        console.log(`${good ? 'ok' : 'not ok'} ${++count} - ${what}`);
        if (!good && detail !== undefined)
                console.log(`# ${JSON.stringify(detail)}`.slice(0, 3000));
        failed += !good;
        return good;
}

function done() {
        console.log(`1..${count}`);
        process.exit(failed ? 1 : 0);
}

const fresh = (name = 'dir') => {
        const dir = path.join(base, `${name}-${++folders}`);
        fs.mkdirSync(dir);
        return dir;
};

function npmrc(text) {
        const file = path.join(base, `npmrc-${++folders}`);
        fs.writeFileSync(file, text);
        return file;
}

// Runs a program to its end; resolves to { status, signal, out, err, ms }.
function run(program, args, { input = '', env = {}, cwd, killAfter, timeout = 60000 } = {}) {
        return new Promise((resolve) => {
                const started = Date.now(), result = { out: '', err: '' };
                const child = spawn(program, args, { cwd, env: { PATH: process.env.PATH, npm_config_fetch_retry_mintimeout: '10', ...env } });
                const timers = [setTimeout(() => child.kill('SIGKILL'), killAfter ?? timeout)];
                child.stdout.on('data', (data) => { result.out += data; });
                child.stderr.on('data', (data) => { result.err += data; });
                child.stdin.on('error', () => {});
                child.stdin.end(input);
                child.on('close', (status, signal) => {
                        timers.forEach(clearTimeout);
                        resolve({ ...result, status, signal, ms: Date.now() - started });
                });
        });
}

// Texts as pm2ctl hands them over, with the names of their files: /npmrc-0, /npmrc-1, …
const npmrcFiles = (texts) => texts.map((text, i) => ({ path: `/npmrc-${i}`, text }));

// Asks pm2-fetch for a tree, as pm2ctl does; resolves to what run() does, and { answer, tree, cache }.
async function install(program, spec, { server, npmrc = [], env, cache = fresh('cache'), stdin, more = {}, mode = 'fetch', tree = fresh('tree'),
        wrap = [], ...options } = {}) {
        const dir = fresh('credentials');
        fs.writeFileSync(path.join(dir, 'request'), JSON.stringify({ spec, tree, cache,
                npmrc: npmrcFiles([...(server ? [`registry=${server.url}`] : []), ...npmrc]), env: { npm_config_fetch_retry_mintimeout: '10', ...env }, ...more }));
        const [command, ...args] = [...wrap, program, mode];
        const result = await run(command, args, { input: stdin, env: { CREDENTIALS_DIRECTORY: dir, HOME: base }, ...options });
        let answer = {};
        try { answer = JSON.parse(result.out); } catch {}
        return { ...result, answer, tree, cache };
}

// An HTTP server on loopback; resolves to { url, close(), requests }.
function serve(answer, create = (handler) => http.createServer(handler), scheme = 'http') {
        const requests = [];
        const server = create((request, response) => {
                requests.push({ url: request.url, headers: request.headers });
                answer(request, response);
        });
        return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve({
                url: `${scheme}://127.0.0.1:${server.address().port}/`,
                host: `127.0.0.1:${server.address().port}`,
                requests,
                close: () => { server.close(); server.closeAllConnections?.(); },
        })));
}

// The tests whose names match, one after the other, and the end of the output.
async function runTests(tests, pattern) {
        const chosen = Object.entries(tests).filter(([name]) => new RegExp(pattern).test(name));
        if (chosen.length === 0) ok(false, `there is a test that matches '${pattern}'`);
        for (const [, test] of chosen) await test();
        done();
}

module.exports = { base, ok, done, runTests, fresh, npmrc, npmrcFiles, run, install, serve };
