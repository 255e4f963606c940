// SPDX-License-Identifier: LGPL-2.1-or-later
'use strict'

// How many requests a module's servers get, and how long their answers take. Node says so itself, and
// only to those who ask: a module without a server costs nothing.

const { subscribe } = require('diagnostics_channel')
const { performance } = require('perf_hooks')
const { percentile } = require('./percentile.cjs')

const LATENCIES = 1000 // the last ones
const SAMPLES = 60 // a minute of them

const round = (ms) => Math.round(ms * 100) / 100

// Of servers of a kind, "HTTP" or "HTTPS"; `rows` as metrics.cjs has them.
function meter (name) {
  const type = `internal/${name.toLowerCase()}/builtin/`
  const latencies = []
  const counts = []
  let count = 0
  let n = 0
  const perMinute = () => {
    counts.push(count)
    count = 0
    if (counts.length > SAMPLES) counts.shift()
    return counts.reduce((sum, number) => sum + number)
  }
  const latency = (share) => () => round(percentile(latencies, share))

  return {
    start: () => { count++ },
    finish: (ms) => { latencies[n++ % LATENCIES] = ms },
    rows: [
      [`${name} Mean Latency`, 'ms', type + 'latency/p50', latency(0.5)],
      [`${name} P95 Latency`, 'ms', type + 'latency/p95', latency(0.95)],
      [name, 'req/min', type + 'reqs', perMinute]
    ]
  }
}

// Returns the rows that there are, which become more with the first request.
function count () {
  const rows = []
  const meters = {}
  const started = new WeakMap()
  const meterOf = ({ encrypted }) => {
    const name = encrypted ? 'HTTPS' : 'HTTP'
    if (!meters[name]) rows.push(...(meters[name] = meter(name)).rows)
    return meters[name]
  }

  subscribe('http.server.request.start', ({ request, socket }) => {
    started.set(request, performance.now())
    meterOf(socket).start()
  })
  subscribe('http.server.response.finish', ({ request, socket }) => {
    if (started.has(request)) meterOf(socket).finish(performance.now() - started.get(request))
  })
  return rows
}

// Node before 16.17 and 18.7 has no way to ask.
module.exports = { count: subscribe ? count : () => [] }
