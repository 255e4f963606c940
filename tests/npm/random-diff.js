// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Registries made up at random: the tree our resolver makes of each, and npm's own. random-diff.js PROGRAM MODULES
// COUNT: PROGRAM is test-resolver-random, MODULES a node_modules folder with npm, COUNT how many seeds of each kind. A
// crash is a failure, and so is another tree for one of the seeds that showed a fault once; what else differs is told,
// with its seed. TAP.
'use strict';

const { spawnSync } = require('child_process');
const path = require('path');
const { fresh, ok, done, serve } = require('./lib.js');

const [program, modules, count] = process.argv.slice(2);
const Arborist = require(path.join(modules, 'npm/node_modules/@npmcli/arborist'));
const kinds = ['plain', 'peers', 'optional-peers', 'aliases'];
const known = { peers: [395, 523, 1932] };

let documents;
const answer = (request, response) => {
        const text = documents[decodeURIComponent(request.url.slice(1))];
        response.writeHead(text ? 200 : 404, { 'content-type': 'application/json' });
        response.end(text ?? '{}');
};

async function byNpm(url) {
        const arborist = new Arborist({ path: fresh('tree'), registry: url, cache: fresh('cache'), omit: ['dev'], audit: false, fetchRetries: 0,
                nodeVersion: 'v20.1.0' });
        const tree = await arborist.buildIdealTree({ add: ['root'], omit: ['dev'] });
        return [...tree.inventory.values()].filter((node) => !node.isRoot)
                .map((node) => `${node.location} ${node.version}${node.isLink ? ' link' : ''}`);
}

async function compare(kind, seed, url) {
        const run = spawnSync(program, [kind, String(seed)], { encoding: 'utf8', timeout: 300000 });
        if (!ok(run.status === 0, `${kind} ${seed}: ours ends`, run))
                return true;
        const { documents: made, result } = JSON.parse(run.stdout);
        documents = made;
        const ours = result.startsWith('node_modules/') ? result.trim().split('\n').sort() : null;
        let timer;
        const theirs = await Promise.race([byNpm(url).catch(() => null), new Promise((resolve) => { timer = setTimeout(resolve, 20000); })]);
        clearTimeout(timer);
        return theirs === undefined || JSON.stringify(ours) === JSON.stringify(theirs && theirs.sort());
}

(async () => {
        const server = await serve(answer);
        for (const kind of kinds) {
                const differ = [];
                for (const seed of known[kind] ?? [])
                        ok(await compare(kind, seed, server.url), `${kind} ${seed}: npm's tree`);
                for (let seed = 0; seed < count; seed++)
                        if (!await compare(kind, seed, server.url))
                                differ.push(seed);
                console.log(`# ${kind}: ${differ.length} of ${count} differ from npm's: ${differ.join(' ')}`);
        }
        server.close();
        done();
})();
