import type { InStatement } from '@libsql/client'
import { z } from 'zod'
import type { AuditOrigin } from '#shared/audit/entry.ts'
import type { ModelManifest } from '#shared/scoring/manifest.ts'
import type { PromotionCheck } from '#shared/scoring/promotion-check.ts'
import {
  afterCommand,
  modelsIn,
  Rollout,
  type RolloutCommand,
  STARTER_ROLLOUT,
  stageIn,
} from '#shared/scoring/rollout.ts'
import { actorWords } from '../../audit/actor.ts'
import type { AuditTrail } from '../../audit/append.ts'
import type { StoreClient } from '../../store/client.ts'

type ModelStore = Pick<StoreClient, 'batch' | 'execute'>

/** Who asks for a change, and why. */
export interface ChangeContext {
  origin: AuditOrigin
  reason: string | null
  checks: PromotionCheck[] | null
}

/** What people read of a model. */
export interface ModelNotes {
  /** The model card, in markdown. */
  card: string | null
  note: string | null
}

interface NewModel extends ModelNotes {
  manifest: ModelManifest
  onnxBytes: number
}

export type RegisterAnswer =
  | { kind: 'registered' | 'known' }
  /** Another model has this version. */
  | { kind: 'taken' }

export type RolloutAnswer =
  | { kind: 'changed' | 'unchanged'; rollout: Rollout }
  | { kind: 'refused'; reason: string; next: string }
  | { kind: 'unknown_model' }

const INSERT_CHANGE = `INSERT INTO model_changes (at, actor, action, model, rollout, reason, checks)
  VALUES (?, ?, ?, ?, ?, ?, ?)`

/** Whether the registry has this very model, has another of its version, or neither. @throws what the store throws */
export async function knownModel(
  store: ModelStore,
  { version, onnxSha256 }: ModelManifest,
): Promise<RegisterAnswer | null> {
  const found = await store.execute({
    sql: "SELECT manifest ->> '$.onnxSha256' AS sha FROM models WHERE version = ?",
    args: [version],
  })
  const row = found.rows[0]
  if (!row) return null
  return { kind: row.sha === onnxSha256 ? 'known' : 'taken' }
}

/** Enters a draft. @throws what the store throws; then nothing is entered, or it is found `known` when asked again */
export async function registerModel(
  store: ModelStore,
  { manifest, onnxBytes, card, note }: NewModel,
  { origin, reason }: ChangeContext,
  trail: AuditTrail,
  now: number,
): Promise<void> {
  const actor = actorWords(origin.actor)
  const record = await trail({
    action: 'models.registered',
    subject: { kind: 'model', id: manifest.version },
    at: now,
    reason,
    after: { onnxSha256: manifest.onnxSha256, algorithm: manifest.algorithm, onnxBytes },
  })
  await store.batch(
    [
      {
        sql: `INSERT INTO models (version, stage, stage_since, manifest, card, note, onnx_bytes, created_at)
              VALUES (?, 'draft', ?, ?, ?, ?, ?, ?)`,
        args: [manifest.version, now, JSON.stringify(manifest), card, note, onnxBytes, now],
      },
      {
        sql: INSERT_CHANGE,
        args: [now, actor, 'register', manifest.version, null, reason, null],
      },
      ...record,
    ],
    'write',
  )
}

/** The newest rollout that the store knows; the model that ships before the first. @throws what the store throws */
export async function storedRollout(store: ModelStore): Promise<Rollout> {
  const found = await store.execute('SELECT body FROM rollouts ORDER BY version DESC LIMIT 1')
  const body = found.rows[0]?.body
  return body === undefined ? STARTER_ROLLOUT : Rollout.parse(JSON.parse(String(body)))
}

/**
 * Makes a change of what scores: the new body, each model's stage and the record in one write.
 *
 * The newer of hub and store is the base. The store has the newer one where an earlier write's outcome was
 * unknown; asked again, the same change is then found made. The hub has it where the store was restored.
 *
 * @param named what the hub names now, null where it names none
 * @throws what the store throws; then the change is whole or not made, and may be asked for again
 */
export async function changeRollout(
  store: ModelStore,
  named: Rollout | null,
  command: RolloutCommand,
  context: ChangeContext,
  trail: AuditTrail,
  now: number,
): Promise<RolloutAnswer> {
  const stored = await storedRollout(store)
  const current = named && named.version >= stored.version ? named : stored
  if ('model' in command && !(await hasModel(store, command.model))) {
    return { kind: 'unknown_model' }
  }
  const decision = afterCommand(current, command)
  if (decision.kind === 'refused') return decision
  if (decision.kind === 'unchanged') return { kind: 'unchanged', rollout: current }
  const { rollout } = decision
  const { reason, checks } = context
  const record = await trail({
    action: 'rollout.changed',
    subject: { kind: 'rollout', id: String(rollout.version) },
    at: now,
    reason,
    before: z.json().parse(current),
    after: z.json().parse({ command, rollout, checks }),
  })
  await store.batch(
    [
      {
        sql: 'INSERT INTO rollouts (version, body, published_at) VALUES (?, ?, ?)',
        args: [rollout.version, JSON.stringify(rollout), now],
      },
      ...stageStatements(current, rollout, now),
      {
        sql: INSERT_CHANGE,
        args: [
          now,
          actorWords(context.origin.actor),
          command.kind,
          'model' in command ? command.model : null,
          rollout.version,
          reason,
          checks && JSON.stringify(checks),
        ],
      },
      ...record,
    ],
    'write',
  )
  return { kind: 'changed', rollout }
}

async function hasModel(store: ModelStore, version: string): Promise<boolean> {
  const found = await store.execute({
    sql: 'SELECT 1 FROM models WHERE version = ?',
    args: [version],
  })
  return found.rows.length > 0
}

function stageStatements(before: Rollout, after: Rollout, now: number): InStatement[] {
  return [...new Set([...modelsIn(before), ...modelsIn(after)])].map((model) => ({
    sql: 'UPDATE models SET stage = ?1, stage_since = ?2 WHERE version = ?3 AND stage <> ?1',
    args: [stageIn(after, model) ?? 'retired', now, model],
  }))
}
