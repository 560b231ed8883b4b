import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { processIdentity, startTimeByPs } from './process-identity.ts'

describe.each([
  ['the system', processIdentity],
  ['ps', startTimeByPs],
])('what tells a process from another, by %s', (_, identify) => {
  test('stays the same, whatever the time zone, and ends with the process', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    try {
      await once(child, 'spawn')
      const pid = child.pid ?? 0
      const before = identify(pid)
      const zone = process.env.TZ
      process.env.TZ = 'Asia/Tokyo'
      expect(identify(pid)).toBe(before)
      if (zone === undefined) delete process.env.TZ
      else process.env.TZ = zone
      expect(before).not.toBeNull()
      expect(before).not.toBe(identify(1))
    } finally {
      child.kill('SIGKILL')
    }
    expect(identify(spawnSync(process.execPath, ['-e', '']).pid)).toBeNull()
  })
})
