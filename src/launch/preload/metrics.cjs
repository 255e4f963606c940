// SPDX-License-Identifier: LGPL-2.1-or-later
'use strict'

// What every process has to be measured: its heap, what it waits for, how late its timers are. Sent
// under the names and in the units of @pm2/io; what others in the process send is left to them.

const { performance } = require('perf_hooks')
const { percentile } = require('./percentile.cjs')

const INTERVAL = 990 // of every library that speaks to PM2, ms
const SAMPLES = 60 // a minute of them

const mebibytes = (bytes) => (bytes / 1024 / 1024).toFixed(2)
const latency = (share) => ({ late }) => percentile(late, share).toFixed(2)

// Name, unit, type, and the value in what was sampled.
const METRICS = [
  ['Heap Size', 'MiB', 'internal/v8/heap/total', ({ heapTotal }) => mebibytes(heapTotal)],
  ['Heap Usage', '%', 'internal/v8/heap/usage',
    ({ heapTotal, heapUsed }) => Math.round(heapUsed / heapTotal * 10000) / 100],
  ['Used Heap Size', 'MiB', 'internal/v8/heap/used', ({ heapUsed }) => mebibytes(heapUsed)],
  ['Active requests', undefined, 'internal/libuv/requests',
    () => process._getActiveRequests().length],
  ['Active handles', undefined, 'internal/libuv/handles',
    () => process._getActiveHandles().length],
  ['Event Loop Latency', 'ms', 'internal/libuv/latency/p50', latency(0.5)],
  ['Event Loop Latency p95', 'ms', 'internal/libuv/latency/p95', latency(0.95)]
]

// How late a timer of this interval came, in the last minute, ms.
function lateness () {
  const late = []
  let last = performance.now()
  return () => {
    const now = performance.now()
    late.push(Math.max(0, now - last - INTERVAL))
    if (late.length > SAMPLES) late.shift()
    last = now
    return late
  }
}

// What cannot be measured, in this node or of this process, is left out.
function measure (rows, sample) {
  const metrics = {}
  for (const [name, unit, type, read] of rows) {
    try {
      const value = read(sample)
      if (!Number.isNaN(+value)) metrics[name] = { historic: true, unit, type, value }
    } catch {
    }
  }
  return metrics
}

function send (channel, rows) {
  const late = lateness()
  const timer = setInterval(() => {
    const sample = { ...process.memoryUsage(), late: late() }
    const metrics = measure(rows(), sample)
    if (!channel.isOpen()) clearInterval(timer)
    else if (Object.keys(metrics).length > 0) channel.say('axm:monitor', metrics)
  }, INTERVAL)
  timer.unref()
}

// Returns what begins to send them, and those of the other rows.
function prepare (channel, others) {
  const theirs = new Set()
  const rows = () => [...METRICS, ...others].filter(([name]) => !theirs.has(name))

  channel.watch('axm:monitor', (metrics) => {
    for (const [name] of rows()) if (name in metrics) theirs.add(name)
  })
  return () => send(channel, rows)
}

module.exports = { prepare }
