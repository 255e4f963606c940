// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Compares what we pack of a folder with what npm packs. TAP.
//
//   pack-diff.js DRIVER PM2-FETCH NPM-FOLDER [--count N] [--seed N] [FOLDER...]
//
// Each FOLDER is a published package, unpacked.
'use strict';

const { spawnSync } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const { trees, lay, random } = require('./pack-trees.js');

const [driver, program, npm, ...rest] = process.argv.slice(2);
const options = { count: 300, seed: 1 };
while (rest[0]?.startsWith('--'))
        options[rest.shift().slice(2)] = Number(rest.shift());
const modules = path.resolve(npm, 'node_modules');
const pack = require(path.join(modules, 'libnpmpack'));
const tar = require(path.join(modules, 'tar'));

let state = options.seed >>> 0 || 1, count = 0, failed = 0;
const below = (n) => {
        state ^= state << 13; state >>>= 0;
        state ^= state >>> 17;
        state ^= state << 5; state >>>= 0;
        return state % n;
};
const dice = { pick: (list) => list[below(list.length)], chance: (percent) => below(100) < percent };

const base = fs.mkdtempSync(path.join(os.tmpdir(), 'pm2ctl-pack-'));
process.on('exit', () => fs.rmSync(base, { recursive: true, force: true }));
const ok = (good, what, detail) => {
        console.log(`${good ? 'ok' : 'not ok'} ${++count} - ${what}`);
        if (!good)
                console.log(`# ${JSON.stringify(detail)}`.slice(0, 3000));
        failed += !good;
};

// Commands are made executable; npm leaves that to who installs them.
const commands = (tree) => {
        const { bin, directories } = JSON.parse(tree.find(([name]) => name === 'package.json')[1]);
        return [...typeof bin === 'string' ? [bin] : Object.values(bin ?? {}), ...directories?.bin && !bin ? tree.map(([name]) => name).filter((name) => name.startsWith(directories.bin)) : []]
                .map((name) => path.posix.join('package', name));
};

// { path: mode and content } of a tarball.
function entries(file, executable = []) {
        const found = {};
        tar.t({ file, sync: true, onentry: (entry) => {
                const parts = [];
                entry.on('data', (data) => parts.push(data));
                entry.on('end', () => {
                        const name = path.posix.normalize(entry.path);
                        found[name] = `${entry.mode & 0o111 || executable.includes(name) ? 'x' : '-'} ${entry.type} ${Buffer.concat(parts)}`;
                });
        } });
        return found;
}

async function theirs(folder, tree) {
        const file = path.join(base, 'theirs.tgz');
        fs.writeFileSync(file, await pack(`file:${folder}`, { ignoreScripts: true, dryRun: true, prefix: folder, workspaces: [] }));
        return entries(file, commands(tree));
}

function ours(folder) {
        const request = { folder, output: base, ignore_scripts: true };
        const result = spawnSync(program, ['pack'], { input: JSON.stringify(request) });
        const answer = JSON.parse(result.stdout.toString() || '{}');
        return answer.filename ? { answer, file: path.join(base, answer.filename) } : { error: answer.error ?? result.stderr.toString() };
}

(async () => {
        for (const [name, tree] of Object.entries(trees)) {
                const folder = path.join(base, name.replace(/\W+/g, '-'));
                lay(folder, tree);
                const want = await theirs(folder, tree), got = ours(folder);
                if (got.error) {
                        ok(false, name, got.error);
                        continue;
                }
                const have = entries(got.file), first = fs.readFileSync(got.file);
                ok(JSON.stringify(Object.entries(have).sort()) === JSON.stringify(Object.entries(want).sort()), name,
                        { extra: Object.keys(have).filter((k) => have[k] !== want[k]), missing: Object.keys(want).filter((k) => have[k] !== want[k]) });

                // later, by somebody else, with another mask: the same bytes
                for (const [file] of tree.filter(([, content]) => typeof content === 'string')) {
                        fs.utimesSync(path.join(folder, file), 1e9, 1e9);
                        fs.chmodSync(path.join(folder, file), 0o600);
                }
                ours(folder);
                ok(first.equals(fs.readFileSync(got.file)), `${name}: and again, to the byte`);
        }

        for (const folder of rest) {
                const tree = [['package.json', fs.readFileSync(path.join(folder, 'package.json'), 'utf8')]];
                const want = await theirs(path.resolve(folder), tree), got = ours(path.resolve(folder));
                const have = got.error ? {} : entries(got.file, commands(tree));
                ok(JSON.stringify(Object.entries(have).sort()) === JSON.stringify(Object.entries(want).sort()), `${path.basename(folder)}, ${Object.keys(want).length} files`,
                        [got.error, { extra: Object.keys(have).filter((k) => have[k] !== want[k]), missing: Object.keys(want).filter((k) => have[k] !== want[k]) }]);
        }

        const folders = [], wanted = [];
        for (let i = 0; i < options.count; i++) {
                folders.push(path.join(base, `random-${i}`));
                const tree = random(dice);
                lay(folders[i], tree);
                wanted.push(JSON.stringify(Object.keys(await theirs(folders[i], tree)).map((name) => name.slice('package/'.length)).sort()));
        }
        const lists = spawnSync(driver, ['list'], { input: folders.map((folder) => `${folder}\n`).join(''), maxBuffer: 1 << 28 }).stdout.toString().split('\n');
        const wrong = folders.map((folder, i) => {
                const got = lists[i].startsWith('[') ? JSON.stringify(JSON.parse(lists[i]).sort()) : lists[i];
                return got === wanted[i] ? null : { folder: fs.readdirSync(folder, { recursive: true }), package: fs.readFileSync(`${folder}/package.json`, 'utf8'),
                        rules: ['', 'lib/', 'lib/deep/', 'docs/'].flatMap((f) => ['.npmignore', '.gitignore'].map((n) => f + n)).filter((n) => fs.existsSync(`${folder}/${n}`))
                                .map((n) => [n, fs.readFileSync(`${folder}/${n}`, 'utf8')]), got, want: wanted[i] };
        }).filter(Boolean);
        ok(wrong.length === 0, `${options.count} folders at random`, [wrong.length, wrong[0]]);
        console.log(`1..${count}`);
        process.exit(failed ? 1 : 0);
})().catch((error) => {
        console.log(`Bail out! ${error.stack}`);
        process.exit(1);
});
