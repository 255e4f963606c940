// SPDX-License-Identifier: LGPL-2.1-or-later
'use strict'

// The number that a share of them is not above; undefined if there are none.
function percentile (numbers, share) {
  const sorted = Float64Array.from(numbers).sort()
  return sorted[Math.ceil(share * sorted.length) - 1]
}

module.exports = { percentile }
