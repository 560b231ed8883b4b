import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { PullRequest, PullResponse, SYNC_PROTOCOL_VERSION } from './protocol.ts'

/** One line a version; lines of released versions never change. */
const HASHES: Record<number, string> = {
  1: '895c5a36dd093d72',
  2: '69705f313c2420f3',
}

test('the sync protocol changes only together with its version', () => {
  const schemas = [PullRequest, PullResponse].map((schema) => z.toJSONSchema(schema))
  const hash = createHash('sha256').update(JSON.stringify(schemas)).digest('hex').slice(0, 16)
  expect(
    hash,
    `The sync protocol is not the one of version ${SYNC_PROTOCOL_VERSION}. Consoles of the old one ` +
      'still pull: raise SYNC_PROTOCOL_VERSION, add a line to its history, and add the hash ' +
      `${hash} of the new version to this test.`,
  ).toBe(HASHES[SYNC_PROTOCOL_VERSION])
})
