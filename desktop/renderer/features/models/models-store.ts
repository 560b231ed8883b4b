import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ModelChange, ModelsView } from '#rpc/models.ts'
import type { RpcErrorBody } from '#rpc/rpc-error.ts'
import type { PromotionCheck } from '#shared/scoring/promotion-check.ts'
import type { GradeCutoffs } from '#shared/scoring/rollout.ts'
import type { ConsoleLink } from '../../app/console-link.ts'
import { errorOf, latestOnly, type Remote } from '../../app/remote.ts'

/** The model whose promotion is being decided, and what the checks say of it. */
export type Promotion = { version: string; checks: Remote<PromotionCheck[]> }

export type ModelsStore = StoreApi<{
  models: Remote<ModelsView>
  /** A change is on its way. */
  isBusy: boolean
  /** Why the last change was not made. */
  refusal: RpcErrorBody | null
  promotion: Promotion | null
  refresh: () => Promise<void>
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
    const attempt = async (work: () => Promise<unknown>): Promise<void> => {
      set({ isBusy: true, refusal: null })
      try {
        await work()
        set({ promotion: null })
      } catch (error) {
        set({ refusal: errorOf(error) })
      }
      await get().refresh()
      set({ isBusy: false })
    }
    return {
      models: { name: 'loading' },
      isBusy: false,
      refusal: null,
      promotion: null,
      refresh: () =>
        run(
          () => link.call('models.get', {}),
          () => get().models,
          (models) => set({ models }),
        ),
      change: (version, change) => attempt(() => link.call('models.change', { version, change })),
      rollBack: () => attempt(() => link.call('models.rollBack', {})),
      grade: (grades) => attempt(() => link.call('models.grade', { grades })),
      async consider(version) {
        set({ promotion: { version, checks: { name: 'loading' } }, refusal: null })
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
