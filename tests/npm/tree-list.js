// SPDX-License-Identifier: LGPL-2.1-or-later
//
// tree-list.js FOLDER: the packages in its node_modules, one a line: path, name, version. Sorted by bytes.
// tree-list.js --ranges FOLDER: the ranges in a snapshot's documents, one a line.
'use strict';

const fs = require('fs');
const path = require('path');

function packages(top, below, lines) {
        const modules = path.join(below, 'node_modules');
        let names = [];
        try {
                names = fs.readdirSync(path.join(top, modules)).filter(name => !name.startsWith('.'));
        } catch {
                return lines;
        }
        for (const name of names.flatMap(n => n.startsWith('@') ? fs.readdirSync(path.join(top, modules, n)).map(m => `${n}/${m}`) : [n])) {
                const where = path.join(modules, name), stat = fs.lstatSync(path.join(top, where));
                if (!fs.existsSync(path.join(top, where, 'package.json')))
                        continue;
                const pkg = JSON.parse(fs.readFileSync(path.join(top, where, 'package.json')));
                lines.push(`${where} ${pkg.name} ${pkg.version}${stat.isSymbolicLink() ? ' link' : ''}`);
                if (stat.isDirectory())
                        packages(top, where, lines);
        }
        return lines;
}

function ranges(dir) {
        const all = new Set();
        for (const file of fs.readdirSync(dir).filter(f => f.endsWith('.json') && !f.endsWith('.short.json'))) {
                const versions = JSON.parse(fs.readFileSync(path.join(dir, file))).versions || {};
                for (const version of Object.values(versions))
                        for (const field of ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies', 'engines'])
                                for (const range of Object.values(version[field] || {}))
                                        if (typeof range === 'string' && !range.includes('\n'))
                                                all.add(range);
        }
        return [...all];
}

const lines = process.argv[2] === '--ranges' ? ranges(process.argv[3]) : packages(process.argv[2], '', []);
if (lines.length)
        console.log(lines.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))).join('\n'));
