import { trainingRows } from '#dev/traffic/training-rows.ts'
import { buildStarter, type StarterArtifacts } from '#models/starter/build-starter.ts'
import { OUTCOME_WINDOW_MS } from '#shared/training/outcome-window.ts'

const SIMULATION = {
  seed: 20_261_101,
  visitors: 12_000,
  companies: 800,
  from: Date.UTC(2026, 3, 1),
  to: Date.UTC(2026, 10, 1),
} as const

const SOURCE = `${SIMULATION.visitors.toLocaleString('en-US')} simulated visitors, some of ${SIMULATION.companies} simulated companies (the demo traffic, seed ${SIMULATION.seed}). A row is what was known of a device at a moment; it counts as converted where the person started a trial within ${OUTCOME_WINDOW_MS / 86_400_000} days.`

/** Trains the shipped model on simulated journeys; always the same, about 4 s. */
export function trainStarter(): StarterArtifacts {
  return buildStarter(trainingRows(SIMULATION), {
    source: SOURCE,
    outcomeWindowMs: OUTCOME_WINDOW_MS,
  })
}
