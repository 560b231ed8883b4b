import type { Env } from '../env.ts'
import { controlStore } from '../tenancy/directory-of.ts'
import { KeyMemory } from './key-memory.ts'
import { createSealer, type Sealer } from './sealer.ts'

const memories = new WeakMap<Env, KeyMemory>()

/** Seals and opens with the keys of this deployment, which the isolate remembers for a while. */
export function sealerOf(env: Env): Sealer {
  const memory = memories.get(env) ?? new KeyMemory()
  memories.set(env, memory)
  return createSealer({
    openControl: () => controlStore(env),
    sealingKeys: env.SEALING_KEYS,
    memory,
  })
}
