import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { CAPTURED_EVENT_VERSION, CapturedEvent } from './captured-event.ts'

/** One line a version; lines of released versions never change. */
const HASHES: Record<number, string> = {
  1: '0fd65f39230439a9',
}

test('the wire format of captured events changes only together with its version', () => {
  const hash = createHash('sha256')
    .update(JSON.stringify(z.toJSONSchema(CapturedEvent)))
    .digest('hex')
    .slice(0, 16)
  expect(
    hash,
    `The schema of CapturedEvent is not the one of version ${CAPTURED_EVENT_VERSION}. Events of the ` +
      'old format wait in visitor objects: raise CAPTURED_EVENT_VERSION, say how the old ones are ' +
      `read, and add the hash ${hash} of the new version to this test.`,
  ).toBe(HASHES[CAPTURED_EVENT_VERSION])
})
