import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { type PersonRefresh, VouchedPersons } from './vouched-persons.ts'

const refresh = (partial: Partial<PersonRefresh>): PersonRefresh => ({
  visitorId: 'v1',
  personId: 'p1',
  epoch: 'first',
  version: 7,
  ...partial,
})

test('an object knows the person of the latest refresh, whatever order they come in', async () => {
  const object = env.VISITOR_LOG.getByName('persontest:local:0')
  const personOf = async (visitorId: string) => (await object.visitor(visitorId)).personId
  expect(await object.visitor('v1')).toEqual({ profile: null, personId: null })
  await object.setPersons([refresh({}), refresh({ visitorId: 'v2', personId: 'p2' })])
  expect(await personOf('v1')).toBe('p1')
  expect(await personOf('v2')).toBe('p2')
  await object.setPersons([refresh({ personId: null, version: 9 })])
  await object.setPersons([refresh({ personId: 'older', version: 8 })])
  expect(await personOf('v1')).toBeNull()
  await object.setPersons([refresh({ personId: 'p3', version: 9 })])
  expect(await personOf('v1')).toBe('p3')
  await object.setPersons([refresh({ personId: 'p4', epoch: 'restored', version: 2 })])
  expect(await personOf('v1')).toBe('p4')
  // As after a restart: read from disk by another reader.
  const stored = await runInDurableObject(object, (_, state) =>
    new VouchedPersons(state.storage.sql).personOf('v1'),
  )
  expect(stored).toBe('p4')
})
