import { z } from 'zod'
import { Share } from '../messages/family-interval.ts'
import { markdownTable } from './markdown-table.ts'

const count = z.number().int().nonnegative()

/** What people should know of a sentiment model before they trust it (Mitchell et al. 2019). */
export const SentimentCard = z.object({
  name: z.string(),
  version: z.string(),
  language: z.string(),
  purpose: z.string(),
  notFor: z.array(z.string()),
  data: z.string(),
  limits: z.array(z.string()),
  messages: z.object({ train: count, validation: count, test: count }),
  columns: count,
  fileBytes: count,
  /** Figures of the test part. */
  accuracy: Share,
  /** The share of the commonest sentiment: what a model that always says it would get. */
  commonest: z.number(),
  /** In ten bins of equal size. */
  calibrationError: z.number(),
  sentiments: z.array(
    z.object({
      sentiment: z.string(),
      messages: count,
      /** How many of its messages were taken for each sentiment, in the order of this list. */
      taken: z.array(count),
    }),
  ),
})
export type SentimentCard = z.infer<typeof SentimentCard>

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

/** The card as markdown, for people. */
export function sentimentCardMarkdown(card: SentimentCard): string {
  const { messages, accuracy, sentiments } = card
  return `# ${card.name}

Version ${card.version}, language \`${card.language}\`, ${card.columns} columns, ${Math.round(card.fileBytes / 1_000)} kB.

${card.purpose}

**Not for:** ${card.notFor.join('; ')}.

## Data

${card.data} ${messages.train} messages for training, ${messages.validation} for validation, ${messages.test} for the test.

## Quality on the test part

${markdownTable(
  ['measure', 'figure'],
  [
    [
      'accuracy (95 % interval by resampling families)',
      `${percent(accuracy.value)} (${percent(accuracy.low)} to ${percent(accuracy.high)})`,
    ],
    ['always saying the commonest', percent(card.commonest)],
    ['calibration error (10 bins)', card.calibrationError.toFixed(3)],
  ],
)}

${markdownTable(
  ['meant', 'test messages', ...sentiments.map(({ sentiment }) => `taken as ${sentiment}`)],
  sentiments.map((row) => [row.sentiment, String(row.messages), ...row.taken.map(String)]),
)}

## Limits

${card.limits.map((limit) => `- ${limit}`).join('\n')}
`
}
