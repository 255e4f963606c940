'use strict';

const assert = require('node:assert');
const { fork } = require('node:child_process');
const path = require('node:path');
const test = require('node:test');
const { name } = require('../package.json');

// Runs the module with these settings, as pm2ctl and PM2 do, until it sends the wanted message.
function until(settings, wanted, first) {
  return new Promise((resolve) => {
    const child = fork(path.join(__dirname, '..', 'index.js'), {
      env: { ...process.env, [name]: JSON.stringify(settings) },
      silent: true,
    });
    if (first)
      child.send(first);
    child.on('message', ({ type, data }) => {
      if (type === wanted) {
        child.kill();
        resolve(data);
      }
    });
  });
}

test('reports a metric', async () => {
  assert.deepStrictEqual((await until({}, 'axm:monitor')).Ticks.value, 0);
});

test('greets with the setting', async () => {
  const reply = await until({ greeting: 'Hi' }, 'axm:reply', { msg: 'greet', opts: 'you' });
  assert.strictEqual(reply.return, 'Hi, you!');
});
