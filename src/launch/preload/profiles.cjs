// SPDX-License-Identifier: LGPL-2.1-or-later
'use strict'

// Actions by which a module makes a profile of itself, with the names and answers of @pm2/io. The
// inspector is loaded when one is asked for, and left when it was made.

// Bytes between two allocations that are looked at, unless others are asked for; as in @pm2/io.
const SAMPLING_INTERVAL = 16384

const refuse = (err) => ({ success: false, err })

// Kinds of profiles that are made for a while. `opts` are what the action was given, an object if it
// came from a program that knows PM2's.
const CPU = {
  type: 'cpuprofile',
  enable: 'Profiler.enable',
  start: 'Profiler.start',
  stop: 'Profiler.stop',
  options: () => ({})
}
const HEAP = {
  type: 'heapprofile',
  enable: 'HeapProfiler.enable',
  start: 'HeapProfiler.startSampling',
  stop: 'HeapProfiler.stopSampling',
  options: ({ samplingInterval: n }) => ({ samplingInterval: n > 0 ? n : SAMPLING_INTERVAL })
}

function describe (type, opts) {
  const { initiated } = opts
  return { type, at: Date.now(), initiated: typeof initiated === 'string' ? initiated : 'manual' }
}

function connect (enable) {
  const { Session } = require('inspector')
  const session = new Session()
  session.connect()
  session.post(enable)
  return session
}

// A text that is too long for node cannot even be made.
function send (channel, profile, makeText, reply) {
  try {
    const data = makeText()
    if (channel.say('profilings', { ...profile, duration: Date.now() - profile.at, data })) return
  } catch {
  }
  reply(refuse('the profile cannot be sent'))
}

// One at a time, of either kind.
function profiler (channel) {
  let current

  function stop (kind, opts, reply) {
    if (current?.kind !== kind) return reply(refuse('no profile of this kind is being made'))
    const { session, profile } = current
    current = undefined
    reply({ success: true, uuid: profile.uuid })
    session.post(kind.stop, (error, result) => {
      session.disconnect()
      if (error) return reply(refuse(error.message))
      const whole = { ...profile, success: true, [kind.type]: true }
      send(channel, whole, () => JSON.stringify(result.profile), reply)
    })
  }

  function stopAfter (timeout, ours) {
    if (!(timeout > 0)) return
    setTimeout(() => { if (current === ours) stop(ours.kind, {}, () => {}) }, timeout).unref()
  }

  function start (kind, opts, reply) {
    if (current) return reply(refuse('a profile is being made already'))
    const session = connect(kind.enable)
    session.post(kind.start, kind.options(opts), (error) => {
      if (error) {
        session.disconnect()
        return reply(refuse(error.message))
      }
      const uuid = require('crypto').randomUUID()
      current = { kind, session, profile: { uuid, ...describe(kind.type, opts) } }
      reply({ success: true, uuid })
      stopAfter(Number(opts.timeout), current)
    })
  }

  return { start, stop }
}

function takeSnapshot (channel, opts, reply) {
  const profile = describe('heapdump', opts)
  const chunks = []
  const session = connect('HeapProfiler.enable')

  session.on('HeapProfiler.addHeapSnapshotChunk', ({ params }) => chunks.push(params.chunk))
  session.post('HeapProfiler.takeHeapSnapshot', (error) => {
    session.disconnect()
    if (error) reply(refuse(error.message))
    else send(channel, profile, () => chunks.join(''), reply)
  })
}

// The answer goes out first: nothing else does while the snapshot is made.
function dumpHeap (channel, opts, reply) {
  reply({ success: true })
  setImmediate(() => {
    try {
      takeSnapshot(channel, opts, reply)
    } catch (error) {
      reply(refuse(error.message))
    }
  })
}

// How many arguments each has tells PM2 whether it can be given something.
function allActions (channel) {
  const { start, stop } = profiler(channel)
  return new Map([
    ['km:heapdump', { arity: 2, run: (...args) => dumpHeap(channel, ...args) }],
    ['km:cpu:profiling:start', { arity: 2, run: (...args) => start(CPU, ...args) }],
    ['km:cpu:profiling:stop', { arity: 1, run: (...args) => stop(CPU, ...args) }],
    ['km:heap:sampling:start', { arity: 2, run: (...args) => start(HEAP, ...args) }],
    ['km:heap:sampling:stop', { arity: 1, run: (...args) => stop(HEAP, ...args) }]
  ])
}

// Whether the message asks for one of the actions.
function take (channel, actions, message) {
  const name = typeof message === 'string' ? message : message?.msg || message?.action_name
  const action = actions.get(name)
  if (!action) return false

  const opts = Object(message.opts) === message.opts ? message.opts : {}
  const reply = (value) => {
    channel.say('axm:reply', { at: Date.now(), action_name: name, return: value })
  }
  try {
    action.run(opts, reply)
  } catch (error) {
    reply(refuse(error.message))
  }
  return true
}

// Returns what begins to offer them; those that a library offers are left to it.
function prepare (channel) {
  const actions = process.features.inspector ? allActions(channel) : new Map()

  channel.watch('axm:action', ({ action_name: name }) => actions.delete(name))
  return () => {
    if (actions.size === 0) return
    // together, which is one line in the journal
    channel.say('axm:action', [...actions].map(([name, { arity }]) => ({ action_name: name, action_type: 'internal', arity })))
    channel.listen((message) => take(channel, actions, message))
  }
}

module.exports = { prepare }
