import fc from 'fast-check'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { anchorPublicKeys, signAnchor } from '#shared/audit/anchor-signature.ts'
import { anyChange, chainOf, streamOf, WORKSPACE } from '#shared/audit/chain.fixture.ts'
import type { AuditRow } from '#shared/audit/entry.ts'
import type { ExportLine } from '#shared/audit/export-lines.ts'
import { ExportError, verifyExport } from './verify-export.ts'

let jwk: JWK
let anchorOf: (row: AuditRow) => Promise<string>
let rows: AuditRow[]

beforeAll(async () => {
  const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519' })
  jwk = await exportJWK(pair.publicKey)
  const kid = [...(await anchorPublicKeys([jwk])).keys()][0] ?? ''
  anchorOf = ({ seq, hash }) =>
    signAnchor({ workspaceId: WORKSPACE, seq, hash, at: 1 }, kid, pair.privateKey)
  rows = await chainOf(fc.sample(anyChange, { numRuns: 5, seed: 3 }))
})

async function exported(entries: AuditRow[], anchor?: string): Promise<string[]> {
  const last = entries.at(-1)
  const lines: ExportLine[] = [
    { kind: 'chain', workspaceId: WORKSPACE, keys: [{ ...jwk }] },
    ...entries.map((entry) => ({ kind: 'entry' as const, entry })),
    {
      kind: 'head',
      seq: last?.seq ?? 0,
      anchor: anchor ?? (last ? await anchorOf(last) : null),
    },
  ]
  return lines.map((line) => JSON.stringify(line))
}

const verify = (lines: string[], kept: string[] = []) => verifyExport(streamOf(lines), kept)

/** Somebody's own log in the place of the true one, with one lie in it. */
const madeUp = () =>
  chainOf(rows.map(({ values, ...entry }, n) => ({ entry: { ...entry, at: n }, values })))

test('an export is whole, up to its signed head, and so is an empty one', async () => {
  expect(await verify(await exported(rows))).toMatchObject({ kind: 'whole', anchoredUpTo: 5 })
  expect(await verify(await exported([]))).toMatchObject({ kind: 'whole', anchoredUpTo: null })
})

test('a changed, left out or doubled line is named', async () => {
  const lines = await exported(rows)
  const changed = lines.map((line, n) => (n === 2 ? line.replace(/"at":\d+/, '"at":99') : line))
  expect(await verify(changed)).toMatchObject({ found: { kind: 'changed', seq: 2 } })
  const without = lines.filter((_, n) => n !== 3)
  expect(await verify(without)).toMatchObject({ found: { kind: 'missing', seq: 3 } })
  const doubled = [...lines.slice(0, 4), ...lines.slice(3)]
  expect(await verify(doubled)).toMatchObject({ found: { kind: 'inserted', seq: 4 } })
  const shorter = lines.filter((_, n) => n !== 5)
  expect(await verify(shorter)).toMatchObject({ found: { kind: 'cut_off', seq: 5 } })
})

test('a made up export does not agree with an anchor that was kept elsewhere', async () => {
  const kept = await anchorOf(rows[2] as AuditRow)
  expect(await verify(await exported(rows), [kept])).toMatchObject({ kind: 'whole' })
  const lie = await exported(await madeUp())
  expect(await verify(lie)).toMatchObject({ kind: 'whole' })
  expect(await verify(lie, [`${kept}\n`])).toMatchObject({ found: { kind: 'rewritten', seq: 3 } })
  const short = await exported(rows.slice(0, 2))
  expect(await verify(short, [kept])).toMatchObject({ found: { kind: 'cut_off', seq: 3 } })
})

/** The entries behind one, as an export of their time gives them. */
async function stretchAfter(row: AuditRow, entries: AuditRow[], anchors: string[] = []) {
  const { seq, hash, prevHash } = row
  const stretch = { from: 1, to: null, after: { seq, hash, prevHash }, anchors }
  const head: ExportLine = { kind: 'head', seq: entries.at(-1)?.seq ?? 0, anchor: null }
  const chain: ExportLine = { kind: 'chain', workspaceId: WORKSPACE, keys: [{ ...jwk }], stretch }
  const lines = entries.map((entry) => ({ kind: 'entry' as const, entry }))
  return [chain, ...lines, head].map((line) => JSON.stringify(line))
}

test('a stretch is whole in itself, and its anchors vouch for what they stand behind', async () => {
  const [, second, third, fourth, fifth] = rows as [
    AuditRow,
    AuditRow,
    AuditRow,
    AuditRow,
    AuditRow,
  ]
  const bare = await stretchAfter(second, [third, fourth])
  expect(await verify(bare)).toMatchObject({
    kind: 'whole',
    head: { seq: 4 },
    anchoredUpTo: null,
    stretch: { after: { seq: 2 } },
  })
  const anchored = await stretchAfter(second, [third, fourth], [await anchorOf(third)])
  expect(await verify(anchored)).toMatchObject({ kind: 'whole', anchoredUpTo: 3 })
  const later = await verify(bare, [await anchorOf(fifth)])
  expect(later).toMatchObject({ kind: 'whole', anchoredUpTo: null })
})

test('a stretch with an entry gone, at its start, in it or at its end, is not whole', async () => {
  const [first, second, third, fourth] = rows as [AuditRow, AuditRow, AuditRow, AuditRow]
  const start = await verify(await stretchAfter(first, [third, fourth]))
  expect(start).toMatchObject({ found: { kind: 'missing', seq: 2 } })
  const lines = await stretchAfter(first, [second, third, fourth])
  const middle = await verify(lines.filter((_, n) => n !== 2))
  expect(middle).toMatchObject({ found: { kind: 'missing', seq: 3 } })
  const end = await verify(lines.filter((_, n) => n !== 3))
  expect(end).toMatchObject({ found: { kind: 'cut_off', seq: 4 } })
})

test('a made up stretch does not agree with an anchor, in it or kept elsewhere', async () => {
  const [, second, third] = (await madeUp()) as [AuditRow, AuditRow, AuditRow]
  const kept = await anchorOf(rows[2] as AuditRow)
  const found = { kind: 'rewritten', seq: 3 }
  const lie = await stretchAfter(second, [third])
  expect(await verify(lie)).toMatchObject({ kind: 'whole', anchoredUpTo: null })
  expect(await verify(lie, [kept])).toMatchObject({ found })
  expect(await verify(await stretchAfter(second, [third], [kept]))).toMatchObject({ found })
})

test('a head that is not signed by the keys of the export is named', async () => {
  const other = await generateKeyPair('EdDSA', { crv: 'Ed25519' })
  const head = { workspaceId: WORKSPACE, seq: 5, hash: rows[4]?.hash ?? '', at: 1 }
  const forged = await exported(rows, await signAnchor(head, 'any', other.privateKey))
  const found = { kind: 'anchor_not_signed', seq: 5 }
  expect(await verify(forged)).toMatchObject({ kind: 'broken', found })
})

test.each([
  ['nothing', () => []],
  ['no JSON', (lines: string[]) => [lines[0] ?? '', 'no JSON']],
  ['something else', () => ['{"kind":"entry"}']],
  ['an export whose end is gone', (lines: string[]) => lines.slice(0, -1)],
  ['two exports', (lines: string[]) => [...lines, ...lines]],
])('%s is no export, and that is said', async (_what, of) => {
  await expect(verify(of(await exported(rows)))).rejects.toThrow(ExportError)
})
