// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Unpacks the archives of hostile-archives.js, each in a folder of its own with a canary beside it, and looks at what
// came of it and whether anything else changed. archives.js UNPACK-FILE. TAP.
'use strict';

const { spawnSync } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');

const [program] = process.argv.slice(2);
const base = fs.mkdtempSync(path.join(os.tmpdir(), 'pm2ctl-archives-'));
process.on('exit', () => fs.rmSync(base, { recursive: true, force: true }));
// Memory is bounded, unless the program cannot run so: a sanitizer's address space is enormous.
const limit = spawnSync('/bin/sh', ['-c', 'ulimit -v 400000; exec "$0"', program]).status === 2 ? 'ulimit -v 400000; ' : '';
let count = 0, failed = 0;

function ok(good, what, detail) {
        console.log(`${good ? 'ok' : 'not ok'} ${++count} - ${what}`);
        if (!good)
                console.log(`# ${JSON.stringify(detail)}`);
        failed += !good;
}

// "name", "name*" if it can be run, "folder/"; what is nothing of the kind as "!name".
function listing(dir, prefix = '') {
        return fs.readdirSync(dir).flatMap((name) => {
                const st = fs.lstatSync(path.join(dir, name)), mode = st.mode & 0o7777;
                if (st.isDirectory())
                        return [`${mode === 0o755 ? '' : '!'}${prefix}${name}/`, ...listing(path.join(dir, name), prefix + name + '/')];
                const good = st.isFile() && st.nlink === 1 && (mode === 0o644 || mode === 0o755) && st.uid === process.getuid();
                return [`${good ? '' : '!'}${prefix}${name}${mode & 0o100 ? '*' : ''}`];
        }).sort();
}

function snapshot() {
        return [base, os.tmpdir()].map((dir) => fs.readdirSync(dir).filter((name) => /evil|canary/.test(name)).join()).join(';') +
                fs.readFileSync(path.join(base, 'canary')) + fs.lstatSync(path.join(base, 'canary')).nlink;
}

fs.writeFileSync(path.join(base, 'canary'), 'canary');
for (const { name, refused, files, data } of require('./hostile-archives.js')) {
        const dir = path.join(base, 'a', name), archive = path.join(base, 'archive');
        fs.mkdirSync(dir, { recursive: true });
        fs.writeFileSync(archive, data());
        const before = snapshot(), started = Date.now();
        const { status, stdout, stderr, signal } = spawnSync('/bin/sh', ['-c', `${limit}exec "$0" "$@"`, program, archive, dir],
                { encoding: 'utf8', timeout: 60000 });
        const found = listing(dir), outcome = { status, signal, stdout, stderr: stderr.slice(0, 2000) };

        if (refused)
                ok(status === 1 && refused.test(stdout) && !/[\x00-\x08\x0b-\x1f]/.test(name), `${name}: refused`, outcome);
        else
                ok(status === 0 && JSON.stringify(found) === JSON.stringify([...files].sort()), `${name}: unpacked`, { ...outcome, found });
        ok(before === snapshot() && fs.readdirSync(path.join(base, 'a')).join() === name && !found.some((f) => f[0] === '!'),
                `${name}: nothing else came of it`, { found: found.slice(0, 10) });
        fs.rmSync(dir, { recursive: true });
        if (Date.now() - started > 1000)
                console.log(`# ${name} took ${Date.now() - started} ms`);
}
console.log(`1..${count}`);
process.exit(failed ? 1 : 0);
