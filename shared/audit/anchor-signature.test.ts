import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import type { AnchoredHead } from './anchor.ts'
import { anchorPublicKeys, signAnchor, verifiedAnchor } from './anchor-signature.ts'

const HEAD: AnchoredHead = { workspaceId: 'demo', seq: 3, hash: 'a'.repeat(64), at: 5 }

let publicJwk: JWK
let kid: string
let privateKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey']
let jws: string

beforeAll(async () => {
  const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519' })
  privateKey = pair.privateKey
  publicJwk = await exportJWK(pair.publicKey)
  kid = [...(await anchorPublicKeys([publicJwk])).keys()][0] ?? ''
  jws = await signAnchor(HEAD, kid, privateKey)
})

const verified = async (text: string, keys: JWK[] = [publicJwk]) =>
  verifiedAnchor(text, await anchorPublicKeys(keys))

describe('an anchor', () => {
  test('says what was signed', async () => {
    expect(await verified(jws)).toEqual(HEAD)
  })

  test('with any character changed, left out or added says nothing', async () => {
    for (let at = 0; at < jws.length; at++) {
      const other = jws[at] === 'A' ? 'B' : 'A'
      for (const changed of [other, '', ' ', `${jws[at]}=`]) {
        const text = jws.slice(0, at) + changed + jws.slice(at + 1)
        if (text !== jws) expect(await verified(text), `${changed} at ${at}`).toBeNull()
      }
    }
  })

  test('of a key that is not known says nothing, also under the id of one that is', async () => {
    const other = await generateKeyPair('EdDSA', { crv: 'Ed25519' })
    expect(await verified(await signAnchor(HEAD, kid, other.privateKey))).toBeNull()
    expect(await verified(jws, [await exportJWK(other.publicKey)])).toBeNull()
    expect(await verified(jws, [])).toBeNull()
  })

  test('of another type, algorithm or content is none', async () => {
    const { CompactSign, UnsecuredJWT } = await import('jose')
    const sign = (header: { alg: string; typ?: string; kid: string }, payload: unknown) =>
      new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
        .setProtectedHeader(header)
        .sign(privateKey)
    const typ = 'edgewise-audit-anchor+jws'
    expect(await verified(await sign({ alg: 'EdDSA', typ, kid }, HEAD))).toEqual(HEAD)
    expect(await verified(await sign({ alg: 'EdDSA', kid }, HEAD))).toBeNull()
    expect(await verified(await sign({ alg: 'EdDSA', typ: 'at+jwt', kid }, HEAD))).toBeNull()
    expect(await verified(await sign({ alg: 'EdDSA', typ, kid }, { ...HEAD, seq: 0 }))).toBeNull()
    expect(await verified(new UnsecuredJWT({ ...HEAD }).encode())).toBeNull()
  })
})
