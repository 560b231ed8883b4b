import type { MODEL_METHODS } from '#rpc/models.ts'
import type { RpcHandlers } from '#rpc/server.ts'
import type { EdgeSource } from '../edge/ask-edge.ts'
import { changeModel, checkModel, getModels, rollBack, setGrades } from './models.ts'

export function modelHandlers(edge: EdgeSource): Pick<RpcHandlers, keyof typeof MODEL_METHODS> {
  return {
    'models.get': () => getModels(edge),
    'models.check': ({ version }) => checkModel(edge, version),
    'models.change': async ({ version, change }) => {
      await changeModel(edge, version, change)
      return {}
    },
    'models.grade': async ({ grades }) => {
      await setGrades(edge, grades)
      return {}
    },
    'models.rollBack': async ({ reason }) => {
      await rollBack(edge, reason)
      return {}
    },
  }
}
