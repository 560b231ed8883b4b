import type { JWK } from 'jose'
import { type Anchor, anchorOf } from '#shared/audit/anchor.ts'
import { anchorPublicKeys, verifiedAnchor } from '#shared/audit/anchor-signature.ts'
import type { AuditRow } from '#shared/audit/entry.ts'
import { ExportLine, type ExportStretch } from '#shared/audit/export-lines.ts'
import { sha256 } from '#shared/audit/sha256.ts'
import { type Verdict, verifyChain } from '#shared/audit/verify.ts'

/** The text is no whole export; the message says where it ends to be one. */
export class ExportError extends Error {
  override readonly name = 'ExportError'
}

/** Of an export and, where it is no whole log, which part of it. */
export type ExportVerdict = Verdict & { stretch: ExportStretch | null }

/**
 * Verifies an export, one line after another, with the signed head at its end and the anchors that were
 * kept elsewhere. The anchors' keys are those that the export names: somebody who made up a whole export can
 * sign it, but not with the key that signed an anchor kept elsewhere. Of a stretch nothing is said about what
 * came before and after it.
 *
 * @param lines without line breaks
 * @param kept compact JWS
 * @throws ExportError
 */
export async function verifyExport(
  lines: AsyncIterable<string>,
  kept: readonly string[],
): Promise<ExportVerdict> {
  const read = exportLines(lines)
  const { value: first } = await read.next()
  if (first?.kind !== 'chain') throw new ExportError('The first line does not say whose log it is.')
  const { workspaceId, stretch = null } = first
  const keys = await anchorPublicKeys(first.keys as JWK[])
  const anchors: Anchor[] = []
  for (const jws of [...(stretch?.anchors ?? []), ...kept]) {
    anchors.push(anchorOf(await verifiedAnchor(jws.trim(), keys), workspaceId))
  }
  anchors.sort((a, b) => a.seq - b.seq)
  let head: (ExportLine & { kind: 'head' }) | null = null
  let last: AuditRow | null = null
  async function* rows(): AsyncGenerator<AuditRow> {
    for await (const line of read) {
      if (head || line.kind === 'chain') throw new ExportError('Two exports stand in one file.')
      if (line.kind === 'head') head = line
      else {
        last = line.entry
        yield line.entry
      }
    }
  }
  const from = stretch?.after ?? undefined
  const chain = { workspaceId, rows: rows(), anchors, from, isWhole: stretch === null }
  const verdict = await verifyChain(chain, sha256)
  if (verdict.kind === 'broken') return { ...verdict, stretch }
  const verified = async (jws: string) => anchorOf(await verifiedAnchor(jws, keys), workspaceId)
  return { ...(await atHead(verdict, head, last, verified)), stretch }
}

async function atHead(
  verdict: Verdict & { kind: 'whole' },
  head: (ExportLine & { kind: 'head' }) | null,
  last: AuditRow | null,
  verified: (jws: string) => Promise<Anchor>,
): Promise<Verdict> {
  const { anchoredUpTo } = verdict
  const seq = last?.seq ?? 0
  if (!head) throw new ExportError(`The file ends after entry ${seq}, before its signed head.`)
  if (head.seq !== seq)
    return { kind: 'broken', found: { kind: 'cut_off', seq: seq + 1 }, anchoredUpTo }
  if (head.anchor === null) return verdict
  const anchor = await verified(head.anchor)
  if (anchor.kind === 'not_signed' || anchor.seq !== seq) {
    return { kind: 'broken', found: { kind: 'anchor_not_signed', seq }, anchoredUpTo }
  }
  return anchor.hash === last?.hash
    ? { ...verdict, anchoredUpTo: seq }
    : { kind: 'broken', found: { kind: 'rewritten', seq }, anchoredUpTo }
}

async function* exportLines(lines: AsyncIterable<string>): AsyncGenerator<ExportLine> {
  let number = 0
  for await (const text of lines) {
    number += 1
    if (text.trim() === '') continue
    let line: unknown
    try {
      line = JSON.parse(text)
    } catch {
      throw new ExportError(`Line ${number} is no JSON.`)
    }
    const parsed = ExportLine.safeParse(line)
    if (!parsed.success) throw new ExportError(`Line ${number} is no line of an export.`)
    yield parsed.data
  }
}
