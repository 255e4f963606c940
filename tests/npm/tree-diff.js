// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Installs packages with npm and with pm2-fetch, both from one frozen snapshot of the registry, and compares path, name
// and version of every package in node_modules, and what each is to node. Then npm's own tools have to accept our lock
// file. tree-diff.js PM2-FETCH MODULES REGISTRY SPEC… TAP. MODULES is a node_modules folder with npm and npm-11.
'use strict';

const { execFileSync } = require('child_process');
const fs = require('fs');
const path = require('path');
const { base, ok, done, fresh, run, install } = require('./lib.js');

const [program, modules, registry, ...specs] = process.argv.slice(2);
const caches = { ours: fresh('cache'), theirs: fresh('cache') };
const limit = { timeout: 600000 };

// What is different in our tree, and why: { SPEC: reason }. At the moment nothing is.
const differences = {};

// npm 12 no longer reads the shrinkwrap of a dependency; we do, as npm 7 to 11 did.
const wrapped = /^wraps/;

const byNpm = (spec, dir, ...args) => run('node', [path.join(modules, wrapped.test(spec) ? 'npm-11' : 'npm', 'bin/npm-cli.js'), '--prefix', dir,
        '--registry', registry, '--cache', caches.theirs, '--no-fund', '--loglevel=error', '--no-update-notifier', ...args], { cwd: dir, env: { HOME: base }, ...limit });

const list = (dir) => execFileSync('node', [path.join(__dirname, 'tree-list.js'), dir], { encoding: 'utf8' }).split('\n').filter(Boolean);

// Of every package in the tree what code beside it gets by its name; and the module itself, run.
async function mains(dir, name) {
        const script = `
                const path = require('path');
                for (const place of JSON.parse(require('fs').readFileSync(0)))
                        try {
                                const dir = path.resolve(place), below = dir.slice(0, dir.lastIndexOf('node_modules'));
                                const found = require.resolve(dir.slice(below.length + 'node_modules/'.length), { paths: [below] });
                                console.log(place, path.relative(process.cwd(), found));
                        } catch (error) {
                                console.log(place, error.code);
                        }
                require(process.argv[1]);
                process.exit(0)`;
        const input = JSON.stringify(list(dir).map((line) => line.split(' ')[0]));
        const { status, out, err } = await run('node', ['-e', script, name], { cwd: dir, input, env: { HOME: base }, ...limit });
        return { runs: status === 0, found: out.split('\n').filter((line) => /^node_modules/.test(line)).join('\n'), err };
}

// npm's tools are content with our files, or say what they say of npm's own: they list what a shrinkwrap has for
// development, and then complain of it.
async function judged(spec, ours, theirs) {
        for (const command of ['ls --all', 'audit --package-lock-only', ...(process.env.PM2CTL_TEST_THOROUGH ? ['ls --all --package-lock-only'] : [])]) {
                const said = await byNpm(spec, ours, ...command.split(' '));
                const content = said.status === 0;
                const same = content || said.out.replace(/^.*\n/, '') === (await byNpm(spec, theirs, ...command.split(' '))).out.replace(/^.*\n/, '');
                ok(content || same, `${spec}: npm ${command} ${content ? 'is content' : 'says what it says of npm\'s own'}`, said);
        }
}

async function compare(spec) {
        const theirs = fresh('npm');
        fs.writeFileSync(path.join(theirs, 'package.json'), '{}');
        const npmResult = await byNpm(spec, theirs, 'install', '--omit=dev', '--ignore-scripts', '--no-audit', spec);
        const result = await install(program, spec, { server: { url: registry }, cache: caches.ours, ...limit });
        if (npmResult.status !== 0)
                return ok(/code (ERESOLVE|ETARGET|EBADPLATFORM)/.test(npmResult.err) && result.answer.error, `${spec}: npm refuses it, and so do we`,
                        { npm: npmResult.err, result });
        if (!ok(result.answer.name, `${spec}: is fetched`, result))
                return false;

        const a = list(theirs), b = list(result.tree), wanted = new Set(a), got = new Set(b);
        const differ = [...a.filter((line) => !got.has(line)).map((line) => `npm: ${line}`),
                ...b.filter((line) => !wanted.has(line)).map((line) => `ours: ${line}`)];
        if (differ.length && differences[spec])
                console.log(`# ${spec}: ${differ.length} lines differ: ${differences[spec]}`);
        ok(!differ.length || differences[spec], `${spec}: the same ${a.length} packages in the same places`, differ);
        await judged(spec, result.tree, theirs);

        const ourMains = await mains(result.tree, result.answer.name), theirMains = await mains(theirs, result.answer.name);
        ok(ourMains.found === theirMains.found && ourMains.found, `${spec}: node finds in each what it finds in npm's`, [ourMains, theirMains]);
        const reason = ({ err }) => /^\w*Error.*/m.exec(err)?.[0];
        const same = reason(ourMains) === reason(theirMains)?.replaceAll(theirs, result.tree);
        ok(ourMains.runs || (!theirMains.runs && same),
                `${spec}: ${ourMains.runs ? 'can be required' : `cannot be required, nor can npm's: ${reason(ourMains)}`}`, [ourMains.err, theirMains.err]);
        fs.rmSync(theirs, { recursive: true });
        return fs.rmSync(result.tree, { recursive: true });
}

(async () => {
        for (const spec of specs)
                await compare(spec);
        done();
})();
