'use strict';

const { name, config } = require('./package.json');

// The defaults of package.json, overridden by settings such as `pm2ctl set @NAME@:greeting Hi`. A change restarts the module.
const settings = { ...config, ...JSON.parse(process.env[name] || '{}') };
const interval = Number(settings.interval) > 0 ? Number(settings.interval) : config.interval;
let ticks = 0;

// Sends a message to pm2ctl or PM2. When the program is run by itself, there is no channel.
const send = (type, data) => process.send?.({ type, data });

// `pm2ctl trigger @NAME@ greet you` runs greet('you') and prints what it returns.
const actions = {
  greet: (person) => `${settings.greeting}, ${person || 'world'}!`,
  reset: () => {
    ticks = 0;
    return { ticks };
  },
};

for (const [action_name, run] of Object.entries(actions))
  send('axm:action', { action_name, arity: run.length + 1 });

process.on('message', (message) => {
  const action_name = message?.msg ?? message;
  if (Object.hasOwn(actions, action_name))
    send('axm:reply', { action_name, return: actions[action_name](message.opts) });
});

// A metric: `pm2ctl show @NAME@` and `systemctl status` have it.
setInterval(() => send('axm:monitor', { Ticks: { value: ticks, type: 'ticks' } }), 1000);

setInterval(() => {
  ticks++;
  console.log(`tick ${ticks}`);
}, interval * 1000);

console.log(`${settings.greeting} from ${name}, every ${interval} seconds`);
