import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RankingFigures, RecommendationBody } from '#shared/recommend/body.ts'
import type { Asking } from '../platform/ask-edge.ts'
import { edgeAccess } from '../platform/edge-access.ts'
import { PlatformError } from '../platform/platform-error.ts'
import { publish } from './publish.ts'
import { pullViews } from './pull-views.ts'
import { trainRecommender } from './train-recommender.ts'

export interface RecommendCommand {
  kind: 'recommend'
  workspace: string
  /** Address of the edge; absent for the platform on this machine. */
  edge: string | undefined
  /** Folder for the body; absent for one named after the version. */
  out: string | undefined
  publishes: boolean
  seed: number
}

export interface RecommendEffects extends Asking {
  env: Readonly<Record<string, string | undefined>>
  /** Milliseconds from any beginning. */
  now(): number
  say(line: string): void
}

/** Where bodies go that nobody gave a folder for; git leaves it out. */
const OUT = 'models-out'

const whole = (count: number): string => count.toLocaleString('en-US')

/**
 * Learns what to recommend from a workspace's own views, writes the body, and publishes it.
 *
 * @returns what the last line of output says
 * @throws PlatformError, RecommenderError
 */
export async function recommendWorkspace(
  { workspace, edge, out, publishes, seed }: RecommendCommand,
  effects: RecommendEffects,
): Promise<Record<string, unknown>> {
  const { say, now, env } = effects
  const access = await edgeAccess(edge, env)
  const { views, titles, visitors } = await pullViews(effects, access, workspace, () => {})
  say(`${whole(visitors)} visitors viewed ${whole(titles.size)} pages that say their title.`)
  const began = now()
  const body = trainRecommender(views, titles, seed)
  const trainSeconds = Number(((now() - began) / 1000).toFixed(2))
  const file = await write(body, out ?? join(OUT, body.version))
  say(inWords(body))
  say(`Body: ${file}`)
  if (publishes) {
    try {
      await publish(effects, access, body)
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error
      throw new PlatformError(error.kind, `${error.message} The body is in ${file}.`, error.next)
    }
    say(`Published ${body.version}; every edge recommends with it within 15 seconds.`)
  }
  const { version, trainedOn, figures, items, factors } = body
  return {
    version,
    ...trainedOn,
    items: items.length,
    fromViews: factors.fromViews,
    figures,
    trainSeconds,
    published: publishes,
    file,
  }
}

async function write(body: RecommendationBody, out: string): Promise<string> {
  await mkdir(out, { recursive: true })
  const file = join(out, 'recommendations.json')
  await writeFile(file, JSON.stringify(body))
  return file
}

function inWords({ items, trainedOn, figures, factors }: RecommendationBody): string {
  const learnt = `Learnt from ${whole(trainedOn.visitors)} persons and devices and ${whole(items.length)} pages.`
  if (figures === null) {
    return `${learnt} Too few came back to measure how good it is, so pages speak by what is read along with them.`
  }
  const told = (name: string, { recallAt10, ndcgAt10, coverage }: RankingFigures) =>
    `${name}: next page among ten for ${(100 * recallAt10).toFixed(1)} %, nDCG@10 ${ndcgAt10.toFixed(3)}, ${(100 * coverage).toFixed(0)} % of pages shown.`
  const { fromViews } = factors
  return [
    `${learnt} Of ${whole(figures.heldOut)} visitors’ next page that was kept aside:`,
    told('- Popularity', figures.popularity),
    told('- Item to item', figures.itemToItem),
    told('- Factors', figures.factors),
    told('- As served', figures.served),
    fromViews === null
      ? 'Served by item to item: factors were no better on the other half of these visitors.'
      : `Factors serve visitors with ${fromViews} or more pages, item to item the others.`,
  ].join('\n')
}
