import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { OUTCOME_WINDOW_MS } from '#shared/training/outcome-window.ts'
import type { KnownBy } from '#shared/training/training-row.ts'
import type { Quality } from '../metrics/quality.ts'
import type { Asking } from '../platform/ask-edge.ts'
import { type EdgeAccess, edgeAccess } from '../platform/edge-access.ts'
import { PlatformError } from '../platform/platform-error.ts'
import { ALGORITHM_WORDS, type LeadCard, leadCardMarkdown } from './lead-card.ts'
import { type PulledRows, pullRows } from './pull-rows.ts'
import { registerDraft } from './register-draft.ts'
import { type LeadArtifacts, trainLead } from './train-lead.ts'

export interface WorkspaceCommand {
  kind: 'workspace'
  workspace: string
  /** Address of the edge; absent for the platform on this machine. */
  edge: string | undefined
  /** Folder for the files; absent for one named after the version. */
  out: string | undefined
  /** Absent: as received, unless most events were imported. */
  knownBy: KnownBy | undefined
  registers: boolean
  seed: number
}

export interface Effects extends Asking {
  env: Readonly<Record<string, string | undefined>>
  /** Milliseconds from any beginning. */
  now(): number
  say(line: string): void
  /** After each page of a walk over the rows. */
  showPulled(soFar: PulledRows, isLast: boolean): void
  onProgress(done: number, of: number, what: string): void
}

/** Where models go that nobody gave a folder for; git leaves it out. */
const OUT = 'models-out'
/** From this share of imported events on, receiving times say nothing of what was known when. */
const IMPORTED_SHARE = 0.5

const whole = (count: number): string => count.toLocaleString('en-US')
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`

/**
 * Trains a lead model on a workspace's own rows, writes it with its card, and registers it as a draft.
 *
 * @returns what the last line of output says
 * @throws PlatformError, TrainingError
 */
export async function trainWorkspace(
  command: WorkspaceCommand,
  effects: Effects,
): Promise<Record<string, unknown>> {
  const { workspace, seed } = command
  const { say, now } = effects
  const access = await edgeAccess(command.edge, effects.env)
  const { pulled, knownBy } = await pullKnown(command, access, effects)
  const converted = pulled.rows.filter((row) => row.converted).length
  say(
    `${whole(pulled.rows.length)} training rows of ${whole(pulled.visitors)} visitors, ${whole(converted)} converted.`,
  )
  if (pulled.visitorsCut > 0) {
    say(`Of ${whole(pulled.visitorsCut)} visitors with very many events only the oldest were read.`)
  }
  const began = now()
  const artifacts = trainLead(pulled.rows, {
    workspace,
    knownBy,
    outcomeWindowMs: OUTCOME_WINDOW_MS,
    seed,
    onProgress: effects.onProgress,
  })
  const trainSeconds = (now() - began) / 1000
  const { version } = artifacts.manifest
  const out = command.out ?? join(OUT, version)
  const paths = await writeArtifacts(out, artifacts)
  say(`\n${inWords(artifacts.card)}\n\nModel: ${paths.model}\nCard:  ${paths.card}`)
  const isRegistered = command.registers && (await register(artifacts, out, access, effects))
  return summaryOf(artifacts, {
    ...paths,
    rows: pulled.rows.length,
    trainSeconds: Number(trainSeconds.toFixed(2)),
    registered: isRegistered,
  })
}

/** The rows, and by what events count as known; imported history gives none by the first rule. */
async function pullKnown(
  { workspace, knownBy }: WorkspaceCommand,
  access: EdgeAccess,
  effects: Effects,
): Promise<{ pulled: PulledRows; knownBy: KnownBy }> {
  const pull = (by: KnownBy) =>
    pullRows(effects, access, { workspace, knownBy: by }, effects.showPulled)
  const first = await pull(knownBy ?? 'received')
  const share = first.events === 0 ? 0 : first.eventsReceivedLate / first.events
  const isImported = share > IMPORTED_SHARE
  if (isImported) {
    const what = `${percent(share)} of the events were imported: received more than a day after they occurred.`
    effects.say(
      knownBy === 'received'
        ? `${what} As known when received, they are in hardly any row; --known-by occurred takes them from when they happened.`
        : `${what} Each counts as known from when it occurred.`,
    )
  }
  if (knownBy !== undefined || !isImported) return { pulled: first, knownBy: knownBy ?? 'received' }
  return { pulled: await pull('occurred'), knownBy: 'occurred' }
}

async function writeArtifacts(
  out: string,
  { onnx, manifest, card, plots }: LeadArtifacts,
): Promise<{ model: string; card: string }> {
  await mkdir(out, { recursive: true })
  const paths = { model: join(out, 'model.onnx'), card: join(out, 'card.md') }
  await Promise.all([
    writeFile(paths.model, onnx),
    writeFile(join(out, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`),
    writeFile(paths.card, leadCardMarkdown(card)),
    writeFile(join(out, 'card.json'), `${JSON.stringify(card, null, 2)}\n`),
    ...Object.entries(plots).map(([name, svg]) => writeFile(join(out, name), svg)),
  ])
  return paths
}

async function register(
  { manifest, onnx, card }: LeadArtifacts,
  out: string,
  access: EdgeAccess,
  effects: Effects,
): Promise<boolean> {
  const note = `Trained on ${whole(manifest.trainedOn.rows)} rows; events known by ${card.knownBy} time.`
  try {
    const draft = { manifest, onnx, card: leadCardMarkdown(card), note }
    const registration = await registerDraft(effects, access, draft)
    switch (registration.kind) {
      case 'draft':
        effects.say(`Registered as a draft: ${registration.version}.`)
        return true
      case 'known':
        effects.say(`The edge has ${manifest.version} already: the same rows give the same model.`)
        return true
      case 'no_registry':
        effects.say(`The edge has no model registry yet: the files are in ${out}.`)
        return false
    }
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    // Training takes long, so it must be said that it was not for nothing.
    throw new PlatformError(error.kind, `${error.message} The files are in ${out}.`, error.next)
  }
}

function inWords({ algorithm, trees, logistic, aucGap, effects }: LeadCard): string {
  const { quality } = algorithm === trees.algorithm ? trees : logistic
  const { auc, logLoss, ece, recallAtTop20 } = quality
  const gap = [aucGap.value, aucGap.low, aucGap.high].map((value) => value.toFixed(3))
  return [
    `On the latest quarter of the rows, ${ALGORITHM_WORDS[algorithm]}: AUC ${auc.value.toFixed(3)} (${auc.low.toFixed(3)} to ${auc.high.toFixed(3)}), log loss ${logLoss.value.toFixed(4)}, calibration error ${ece.value.toFixed(4)}.`,
    `AUC of the trees less that of logistic regression: ${gap[0]} (${gap[1]} to ${gap[2]}).`,
    `The fifth with the highest scores holds ${percent(recallAtTop20.value)} of the conversions.`,
    `What moves it most: ${effects
      .slice(0, 5)
      .map(({ feature }) => feature)
      .join(', ')}.`,
  ].join('\n')
}

const figures = ({ auc, logLoss, ece, brier, averagePrecision }: Quality) => ({
  auc: auc.value,
  logLoss: logLoss.value,
  ece: ece.value,
  brier: brier.value,
  averagePrecision: averagePrecision.value,
})

function summaryOf(
  { manifest, card }: LeadArtifacts,
  more: {
    model: string
    card: string
    rows: number
    trainSeconds: number
    registered: boolean
  },
): Record<string, unknown> {
  const { trees, logistic, algorithm, knownBy } = card
  const { rows, trainSeconds, registered, ...paths } = more
  return {
    ...figures((algorithm === trees.algorithm ? trees : logistic).quality),
    rows,
    features: new Set(manifest.columns.map(({ feature }) => feature)).size,
    trainSeconds,
    trees: figures(trees.quality),
    logistic: figures(logistic.quality),
    ...paths,
    algorithm,
    knownBy,
    version: manifest.version,
    registered,
  }
}
