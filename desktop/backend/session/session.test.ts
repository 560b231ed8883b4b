import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SessionState } from '#rpc/session.ts'
import { ME, type OAuthEdge, startOAuthEdge } from '../testing/oauth-edge.ts'
import { EdgeOAuth } from './edge-oauth.ts'
import { Session } from './session.ts'
import { fileVault, type SessionVault } from './vault.ts'

let edge: OAuthEdge
let dataDir: string
let states: SessionState[]
let now: number
const opened: Session[] = []

beforeEach(async () => {
  edge = await startOAuthEdge()
  dataDir = mkdtempSync(join(tmpdir(), 'session-'))
  states = []
  now = Date.now()
})
afterEach(async () => {
  for (const session of opened.splice(0)) session.close()
  await edge.close()
  rmSync(dataDir, { recursive: true })
})

const open = (vault: SessionVault = fileVault(dataDir), edgeUrl = edge.url): Session => {
  const session = new Session({
    edgeUrl,
    oauth: new EdgeOAuth(edgeUrl, fetch, () => now),
    vault,
    fetch,
    now: () => now,
    onState: (state) => states.push(state),
  })
  opened.push(session)
  return session
}
const signedIn = async (vault?: SessionVault): Promise<Session> => {
  const session = open(vault)
  await edge.allow(await session.begin())
  return session
}
const keptText = () => readFileSync(join(dataDir, 'session.json'), 'utf8')
const pastExpiry = () => {
  now += edge.expiresInS * 1_000
}

describe('signing in', () => {
  test('goes through the browser and back, and the session is for this user alone', async () => {
    const session = open()
    const page = await edge.allow(await session.begin())
    expect(page).toContain('You are signed in.')
    expect(states.map(({ name }) => name)).toEqual(['signing_in', 'signed_in'])
    expect(session.owner).toEqual({ userId: 'usr_1', workspaceId: 'demo' })
    expect(session.may('sync:read')).toBe(true)
    expect(session.may('keys:read')).toBe(false)
    expect(session.confirmUrl).toBe(`${edge.url}/account/confirm?session=ses_1`)
    expect(await session.proof()).toEqual({ kind: 'bearer', token: 'access-1' })
    expect(statSync(join(dataDir, 'session.json')).mode & 0o777).toBe(0o600)
    // An access token is for minutes; there is no reason to keep it.
    expect(keptText()).not.toContain('access-1')
  })

  test('an answer with another state is not taken', async () => {
    const session = open()
    const url = new URL(await session.begin())
    url.searchParams.set('state', 'somebody-elses')
    await edge.allow(url.href)
    expect(session.state.name).toBe('signed_out')
    expect(session.owner).toBeNull()
  })

  test('begun and left leaves nothing behind', async () => {
    const session = open()
    const url = await session.begin()
    session.cancel()
    await expect(edge.allow(url)).rejects.toThrow()
    expect(session.state).toEqual({ name: 'signed_out', reason: null })
  })

  test('where it cannot be kept it fails with a sentence, and nothing crashes', async () => {
    const full: SessionVault = {
      load: () => null,
      save: () => Promise.reject(new Error('No space left on device')),
      clear: async () => {},
    }
    const session = await signedIn(full)
    expect(session.state).toMatchObject({ name: 'signed_out', reason: /could not be kept/ })
  })

  test('without the edge it does not begin', async () => {
    await edge.close()
    await expect(open().begin()).rejects.toThrow()
  })
})

describe('a token that is past its time', () => {
  test('is refreshed once, however many ask at the same moment', async () => {
    const session = await signedIn()
    pastExpiry()
    const proofs = await Promise.all(Array.from({ length: 20 }, () => session.proof()))
    expect(edge.refreshes).toBe(1)
    expect(new Set(proofs.map((proof) => proof.kind === 'bearer' && proof.token)).size).toBe(1)
    expect(keptText()).toContain('refresh-1')
  })

  test('a lost answer is asked for again, also after the process was killed', async () => {
    const session = await signedIn()
    pastExpiry()
    edge.loseNextAnswer = true
    expect((await session.proof()).kind).toBe('unreachable')
    expect(session.state.name).toBe('signed_in')
    expect((await open().proof()).kind).toBe('bearer')
    expect(edge.refreshToken).toBe('refresh-1')
  })

  test('an edge that is away signs nobody out', async () => {
    const session = await signedIn()
    pastExpiry()
    await edge.close()
    expect((await session.proof()).kind).toBe('unreachable')
    expect(session.state.name).toBe('signed_in')
    expect(session.owner).not.toBeNull()
  })

  test('what the edge does not know any more ends the session, and is forgotten', async () => {
    const session = await signedIn()
    edge.refreshToken = null
    pastExpiry()
    expect(await session.proof()).toEqual({ kind: 'signed_out' })
    expect(session.state).toMatchObject({ name: 'signed_out', reason: /sign in again/i })
    expect(() => keptText()).toThrow()
    expect(open().state.name).toBe('signed_out')
  })

  test('a role that has changed is heard of with it', async () => {
    const session = await signedIn()
    edge.me = {
      ...ME,
      role: 'developer',
      permissions: [{ permission: 'keys:read', confirm: false }],
    }
    pastExpiry()
    await session.proof()
    expect(session.may('sync:read')).toBe(false)
    expect(session.state).toMatchObject({ name: 'signed_in', role: 'developer' })
  })

  test('a full disk does not sign out who is working', async () => {
    let isFull = false
    const file = fileVault(dataDir)
    const session = await signedIn({
      ...file,
      save: (text) => (isFull ? Promise.reject(new Error('No space')) : file.save(text)),
    })
    isFull = true
    pastExpiry()
    expect((await session.proof()).kind).toBe('bearer')
    pastExpiry()
    expect((await session.proof()).kind).toBe('bearer')
  })
})

describe('what the edge says to a proof', () => {
  test.each([
    ['signed_out', 'This console was signed out.'],
    ['deactivated', 'Your account is deactivated.'],
    ['not_a_member', 'You are no longer a member'],
    ['role_removed', 'Your role was removed.'],
    ['second_factor_missing', 'asks for a second factor'],
  ])('%s ends the session with a sentence', async (code, words) => {
    const session = await signedIn()
    expect(await session.refused(code)).toBe(false)
    expect(session.state.name === 'signed_out' && session.state.reason).toContain(words)
    expect(session.owner).toBeNull()
    expect(() => keptText()).toThrow()
  })

  test('an old token is renewed, and the same may be asked again', async () => {
    const session = await signedIn()
    expect(await session.refused('token_expired')).toBe(true)
    expect(await session.proof()).toEqual({ kind: 'bearer', token: 'access-2' })
  })

  test('beyond the role means that the role is asked for again, and nothing is sent twice', async () => {
    const session = await signedIn()
    edge.me = { ...ME, role: 'developer', permissions: [] }
    expect(await session.refused('not_in_role')).toBe(false)
    expect(session.may('sync:read')).toBe(false)
    expect(edge.refreshes).toBe(0)
  })

  test('a confirmation that is asked for changes nothing', async () => {
    const session = await signedIn()
    expect(await session.refused('step_up_required')).toBe(false)
    expect(session.state.name).toBe('signed_in')
    expect(edge.refreshes).toBe(0)
  })
})

describe('signing out', () => {
  test('forgets at once and tells the edge', async () => {
    const session = await signedIn()
    await session.signOut()
    expect(session.state).toEqual({ name: 'signed_out', reason: null })
    expect(edge.revoked).toEqual(['refresh-0'])
    expect(() => keptText()).toThrow()
  })

  test('while a token is being refreshed is not undone by its answer', async () => {
    const session = await signedIn()
    pastExpiry()
    const held = Promise.withResolvers<void>()
    edge.beforeRefresh = () => held.promise
    const asked = session.proof()
    await expect.poll(() => edge.refreshes).toBe(1)
    await session.signOut()
    held.resolve()
    expect(await asked).toEqual({ kind: 'signed_out' })
    expect(session.owner).toBeNull()
    expect(() => keptText()).toThrow()
  })

  test('works without the edge', async () => {
    const session = await signedIn()
    await edge.close()
    await session.signOut()
    expect(session.state.name).toBe('signed_out')
  })
})

describe('a kept session', () => {
  test('opens without the edge, with what the person may do', async () => {
    await signedIn()
    await edge.close()
    const session = open()
    expect(session.state).toMatchObject({ name: 'signed_in', person: ME.name })
    expect(session.may('sync:read')).toBe(true)
  })

  test.each([
    ['cut off', (text: string) => text.slice(0, text.length / 2)],
    ['empty', () => ''],
    ['of another shape', () => '{"version":1}'],
    ['of another version', (text: string) => text.replace('"version":1', '"version":9')],
  ])('that is %s is none: somebody signs in again', async (_name, damage) => {
    await signedIn()
    writeFileSync(join(dataDir, 'session.json'), damage(keptText()))
    const session = open()
    expect(session.state).toEqual({ name: 'signed_out', reason: null })
    expect(await session.proof()).toEqual({ kind: 'signed_out' })
  })

  test('is never shown to another edge', async () => {
    await signedIn()
    const other = await startOAuthEdge()
    const session = open(fileVault(dataDir), other.url)
    expect(session.state.name).toBe('signed_out')
    expect(await session.proof()).toEqual({ kind: 'signed_out' })
    expect(other.refreshes).toBe(0)
    await other.close()
  })
})
