// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Sends its whole settings document as configuration, then "count" messages, configuration and actions in turn, one
// every "interval" milliseconds (0: all at once). With "metrics" it reports one each second. Answers every action.
'use strict';

const { name, version, config } = require('./package.json');
const settings = { ...config, ...JSON.parse(process.env[name] || '{}') };

if (!process.send) {
        console.error('there is no channel');
        process.exit(1);
}

function send(number) {
        if (number % 2 === 0)
                process.send({ type: 'axm:action', data: { action_name: `action-${number}`, opts: null, arity: 1 } });
        else
                process.send({ type: 'axm:option:configuration', data: { [`key-${number % 100}`]: number, last: number } });
}

process.on('message', (message) => {
        const action = typeof message === 'string' ? message : message.msg;
        process.send({ type: 'axm:reply', data: { action_name: action, return: { success: true, param: message.opts } } });
});

process.send({ type: 'axm:option:configuration', data: { module_name: name, module_version: version, ...settings } });

const count = Number(settings.count), interval = Number(settings.interval);
let sent = 0;
(function next() {
        while (sent < count) {
                send(sent++);
                if (interval > 0)
                        return void setTimeout(next, interval);
        }
        console.log(`sent ${sent} messages`);
})();

let beats = 0;
setInterval(() => {
        if (String(settings.metrics) === 'true')
                process.send({ type: 'axm:monitor', data: { beats: { value: ++beats, unit: 'beats', historic: true } } });
}, 990);
