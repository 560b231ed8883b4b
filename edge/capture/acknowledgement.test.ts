import { describe, expect, test } from 'vitest'
import type { AppendAnswer } from '../visitors/log-entry.ts'
import { acknowledgement } from './acknowledgement.ts'

const stored: AppendAnswer = { kind: 'stored', accepted: 3, duplicates: 1 }
const overloaded = (retryAfterSeconds: number): AppendAnswer => ({
  kind: 'overloaded',
  retryAfterSeconds,
})

describe('the answer to a capture call', () => {
  test('is success when every object has the events, and when there were none', async () => {
    for (const answers of [[stored, stored], []]) {
      const answer = acknowledgement(answers)
      expect(answer.status).toBe(200)
      expect(await answer.json()).toEqual({ success: true })
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    }
  })

  test('is 429 with the longest wait when any of them is overloaded', async () => {
    const answer = acknowledgement([stored, overloaded(5), overloaded(30), stored])
    expect(answer.status).toBe(429)
    expect(answer.headers.get('retry-after')).toBe('30')
    // Without these a page's script could not read how long to wait.
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect(answer.headers.get('access-control-expose-headers')).toBe('Retry-After')
    expect(await answer.json()).toMatchObject({ code: 'backlog_full', status: 429 })
  })
})
