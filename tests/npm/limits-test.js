// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What an install may take, and what it must not say: limits-test.js PM2-FETCH [PATTERN]. TAP.
'use strict';

const fs = require('fs');
const path = require('path');
const { ok, done, fresh, ...lib } = require('./lib.js');
const { registry } = require('./packages.js');

const [program, pattern = ''] = process.argv.slice(2);
const install = (spec, options) => lib.install(program, spec, options);
const tests = {};

const descriptors = (soft, hard = soft) => ['bash', '-c', `ulimit -Sn ${soft} && ulimit -Hn ${hard} && exec "$@"`, 'limited'];

// Many packages and few descriptors: sockets, files of the cache and archives count.
tests.descriptors = async () => {
        const packages = { many: { '1.0.0': { dependencies: {} } } };
        for (let i = 0; i < 1400; i++) {
                packages[`p${i}`] = { '1.0.0': { dependencies: i % 7 ? {} : { [`p${i + 1}`]: '*' } } };
                packages.many['1.0.0'].dependencies[`p${i}`] = '1';
        }
        const server = await registry(packages), cache = fresh('cache');
        const whole = ({ answer }) => answer.packages === 1401;
        const check = async (what, options) => {
                const result = await install('many', { server, cache, timeout: 300000, ...options });
                ok(whole(result), `1,400 packages ${what}`, result);
                fs.rmSync(result.tree, { recursive: true });
        };
        await check('with 256 descriptors', { wrap: descriptors(256) });
        await check('again, from the cache', { wrap: descriptors(256) });
        await check('with --offline', { wrap: descriptors(256), more: { offline: true } });
        await check('with a soft limit of 256', { wrap: descriptors(256, 4096), cache: fresh('cache') });
        await check('with more connections than descriptors', { wrap: descriptors(256), cache: fresh('cache'), npmrc: ['maxsockets=256'] });
        await check('with 64 descriptors', { wrap: descriptors(64) });
        const wide = await install('many', { server, cache: fresh('cache'), wrap: descriptors(64), timeout: 300000 });
        ok(whole(wide), '1,400 packages with 64 descriptors and an empty cache', wide);

        for (const file of fs.readdirSync(path.join(cache, 'tarballs')).slice(0, 700))
                fs.writeFileSync(path.join(cache, 'tarballs', file), 'damaged');
        await check('of which half are damaged in the cache', { wrap: descriptors(256) });
        server.close();
};

(async () => {
        for (const [name, test] of Object.entries(tests))
                if (new RegExp(pattern).test(name))
                        await test();
        done();
})();
