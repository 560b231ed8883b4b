import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ModelChange, ModelsView } from '#rpc/models.ts'
import type { PromotionCheck } from '#shared/scoring/promotion-check.ts'
import type { GradeCutoffs } from '#shared/scoring/rollout.ts'
import type { ConsoleLink } from '../../app/console-link.ts'
import { type EdgeChange, edgeChanges } from '../../app/edge-change.ts'
import { errorOf, latestOnly, type Remote } from '../../app/remote.ts'

/** The model whose promotion is being decided, and what the checks say of it. */
export type Promotion = { version: string; checks: Remote<PromotionCheck[]> }

export type ModelsStore = StoreApi<{
  models: Remote<ModelsView>
  changing: EdgeChange
  promotion: Promotion | null
  refresh: () => Promise<void>
  /** Forgets what is shown: somebody else may be next. */
  reset: () => void
  change: (version: string, change: ModelChange) => Promise<void>
  rollBack: () => Promise<void>
  grade: (grades: GradeCutoffs | null) => Promise<void>
  /** Runs the checks for a model that may become champion. */
  consider: (version: string) => Promise<void>
  closePromotion: () => void
}>

/** The registry, as the edge has it: nothing of it is kept on this computer. */
export const createModelsStore = (link: ConsoleLink): ModelsStore => {
  const run = latestOnly()
  return createStore((set, get) => {
    const { initial, attempt } = edgeChanges(
      (change) => set({ changing: { ...get().changing, ...change } }),
      () => get().refresh(),
    )
    const make = async (work: () => Promise<unknown>): Promise<void> => {
      await attempt(async () => {
        await work()
        set({ promotion: null })
      })
    }
    return {
      models: { name: 'loading' },
      changing: initial,
      promotion: null,
      reset: () => set({ models: { name: 'loading' }, promotion: null, changing: initial }),
      refresh: () =>
        run(
          () => link.call('models.get', {}),
          () => get().models,
          (models) => set({ models }),
        ),
      change: (version, change) => make(() => link.call('models.change', { version, change })),
      rollBack: () => make(() => link.call('models.rollBack', {})),
      grade: (grades) => make(() => link.call('models.grade', { grades })),
      async consider(version) {
        get().changing.dismiss()
        set({ promotion: { version, checks: { name: 'loading' } } })
        const answer = await link.call('models.check', { version }).then(
          ({ checks }): Promotion['checks'] => ({ name: 'ready', value: checks }),
          (error: unknown): Promotion['checks'] => ({ name: 'failed', error: errorOf(error) }),
        )
        if (get().promotion?.version === version) set({ promotion: { version, checks: answer } })
      },
      closePromotion: () => set({ promotion: null }),
    }
  })
}
