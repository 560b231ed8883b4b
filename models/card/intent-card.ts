import { z } from 'zod'
import { Share } from '../messages/family-interval.ts'
import { markdownTable } from './markdown-table.ts'

const count = z.number().int().nonnegative()
const Part = z.object({ inScope: count, outOfScope: count })

/** What people should know of an intent model before they trust it (Mitchell et al. 2019). */
export const IntentCard = z.object({
  name: z.string(),
  version: z.string(),
  language: z.string(),
  purpose: z.string(),
  notFor: z.array(z.string()),
  data: z.string(),
  limits: z.array(z.string()),
  messages: z.object({ train: Part, validation: Part, test: Part }),
  /** How many training messages were put right by people. */
  corrections: count,
  /** Words, pairs and n-grams that it knows. */
  columns: count,
  fileBytes: count,
  /** Figures of the test part. Accuracy counts a refused message as wrong. */
  accuracyBeforeThreshold: Share,
  accuracy: Share,
  outOfScopeRecall: Share,
  /** Share of refused messages that are out of scope; depends on how many of each there are. */
  outOfScopePrecision: z.number(),
  outOfScopeAuc: z.number(),
  /** In 15 bins of equal size, over messages that have an intent. */
  calibrationError: z.number(),
  intents: z.array(
    z.object({
      intent: z.string(),
      messages: count,
      /** Of its messages, the share answered with it. */
      recall: z.number(),
      /** Of messages answered with it, out of scope ones too, the share that have it; null where none was. */
      precision: z.number().nullable(),
      /** Of its messages, the share refused. */
      refused: z.number(),
    }),
  ),
  /** Messages answered with another intent, commonest first. */
  confusions: z.array(z.object({ meant: z.string(), taken: z.string(), messages: count })),
})
export type IntentCard = z.infer<typeof IntentCard>

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
const interval = ({ value, low, high }: Share): string =>
  `${percent(value)} (${percent(low)} to ${percent(high)})`
const isSingle = ({ messages }: IntentCard['confusions'][number]): boolean => messages === 1

/** The card as markdown, for people. */
export function intentCardMarkdown(card: IntentCard): string {
  const parts = [
    ['training', card.messages.train],
    ['validation', card.messages.validation],
    ['test', card.messages.test],
  ] as const
  return `# ${card.name}

Version ${card.version}, language \`${card.language}\`, ${card.columns} columns, ${Math.round(card.fileBytes / 1_000)} kB.

${card.purpose}

**Not for:** ${card.notFor.join('; ')}.

## Data

${card.data}

${markdownTable(
  ['part', 'with an intent', 'out of scope'],
  parts.map(([name, part]) => [name, String(part.inScope), String(part.outOfScope)]),
)}

Of the training messages, ${card.corrections} were put right by people.

## Quality on the test part

Intervals are of 95 %, by resampling families.

${markdownTable(
  ['measure', 'figure'],
  [
    ['accuracy before the threshold', interval(card.accuracyBeforeThreshold)],
    ['accuracy, a refused message counted as wrong', interval(card.accuracy)],
    ['out-of-scope recall', interval(card.outOfScopeRecall)],
    ['out-of-scope precision', percent(card.outOfScopePrecision)],
    ['out-of-scope AUC', card.outOfScopeAuc.toFixed(3)],
    ['calibration error (15 bins)', card.calibrationError.toFixed(3)],
  ],
)}

## Intents

${markdownTable(
  ['intent', 'test messages', 'recall', 'precision', 'refused'],
  card.intents.map(({ intent, messages, recall, precision, refused }) => [
    intent,
    String(messages),
    percent(recall),
    precision === null ? 'none' : percent(precision),
    percent(refused),
  ]),
)}

## Taken for another

More than once; ${card.confusions.filter(isSingle).length} further pairs once each (card.json).

${markdownTable(
  ['meant', 'taken for', 'test messages'],
  card.confusions
    .filter((confusion) => !isSingle(confusion))
    .map(({ meant, taken, messages }) => [meant, taken, String(messages)]),
)}

## Limits

${card.limits.map((limit) => `- ${limit}`).join('\n')}
`
}
