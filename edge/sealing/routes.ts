import { createRoute, z } from '@hono/zod-openapi'
import { type ApiApp, apiApp, guarded } from '../api/api-app.ts'
import { changeControl } from '../identity/change-control.ts'
import { ProblemError, problems } from '../problems/problem.ts'
import { guardRefusals } from '../problems/problem-schema.ts'
import { controlStore } from '../tenancy/directory-of.ts'
import { keyRing } from './key-ring.ts'
import { storeNow } from './rotation/key-inventory.ts'
import { rotateDataKey } from './rotation/rotate-data-key.ts'
import { SealError } from './seal-error.ts'

/** A key that is younger was made by the same rotation: it is finished rather than begun again. */
const SAME_ROTATION_MS = 3_600_000
/** Of 50 values each: what one request does within the Worker's time and its number of questions. */
const MAX_PAGES = 4

const Rotation = z
  .object({
    done: z.boolean().openapi({
      description: 'Everything is sealed with the new key, and the earlier keys are deleted',
    }),
    rewritten: z.number().openapi({ description: 'Values that this call sealed anew' }),
    left: z.number().openapi({ description: 'Values that still name an earlier key' }),
    keysKept: z.number().openapi({
      description: 'Earlier keys that are kept: ten minutes, and for as long as a value names them',
    }),
    unreadable: z.number().openapi({
      description: 'Values that do not open; they are left alone, and keep their key',
    }),
  })
  .openapi('SealingRotation')

const rotateSealing = createRoute({
  method: 'post',
  path: '/api/v1/sealing/rotate',
  operationId: 'rotateSealing',
  tags: ['Security'],
  summary: "Renew the key that seals the workspace's secrets; call until it is done",
  description:
    'Each call does a bounded part. The first makes a new key; those within the hour after it finish the ' +
    'same rotation. Everything stays readable meanwhile. Repeating it is harmless.',
  ...guarded('sealing:write'),
  responses: {
    200: {
      description: 'How far it is',
      content: { 'application/json': { schema: Rotation } },
    },
    ...guardRefusals,
  },
})

/** Permission `sealing:write`. Reaches the caller's workspace alone; the rest is the operator's. */
export function sealingRoutes(): ApiApp {
  const app = apiApp()
  app.openapi(rotateSealing, async (c) => {
    const control = controlStore(c.env)
    const madeBefore = (await storeNow(control)) - SAME_ROTATION_MS
    const { unreadable, ...rotated } = await asProblem(async () =>
      rotateDataKey(control, await keyRing(c.env.SEALING_KEYS), c.get('caller').workspace.id, {
        madeBefore,
        maxPages: MAX_PAGES,
      }),
    )
    const subject = { kind: 'workspace', id: c.get('caller').workspace.id }
    const after = { rewritten: rotated.rewritten, left: rotated.left }
    await changeControl(c, [], { action: 'sealing.rotated', subject, at: Date.now(), after })
    return c.json({ ...rotated, unreadable: unreadable.length }, 200)
  })
  return app
}

/** Keys are the operator's to put right, and then the same request works. */
async function asProblem<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof SealError)) throw error
    console.error(JSON.stringify({ event: 'sealing_failed', kind: error.kind }))
    throw new ProblemError({ ...problems.unavailable(error.reason), next: error.next })
  }
}
