import type { StoreClient } from '../store/client.ts'
import { currentDataKey, dataKey } from './data-keys.ts'
import { checkSealable, openWith, parseSealed, sealWith } from './envelope.ts'
import type { KeyMemory } from './key-memory.ts'
import { type KeyRing, keyRing } from './key-ring.ts'
import { ownerOf, type SealContext } from './sealed-columns.ts'

/** Hides secrets of others from whoever reads the store: docs/decisions/0016. */
export interface Sealer {
  /**
   * Write the result within a minute or seal again: a rotation takes a key away 10 minutes after it was
   * retired.
   *
   * @returns text for this place alone
   * @throws SealError; what the control database throws
   */
  seal(context: SealContext, plain: string): Promise<string>
  /** @throws SealError; what the control database throws */
  open(context: SealContext, sealed: string): Promise<string>
}

export interface SealerDeps {
  /** A client for one question: a Worker must not share I/O between requests. */
  openControl(): StoreClient
  /** As SEALING_KEYS holds them. */
  sealingKeys: string | undefined
  memory: KeyMemory
}

/** Reads the keys at the first use, so that what seals nothing runs without them. */
export function createSealer({ openControl, sealingKeys, memory }: SealerDeps): Sealer {
  const ring = async (): Promise<KeyRing> => {
    memory.ring ??= await keyRing(sealingKeys)
    return memory.ring
  }
  return {
    async seal(context, plain) {
      // Before a data key is made for what is never sealed.
      checkSealable(context, plain)
      const owner = ownerOf(context.workspaceId)
      const known = memory.current(owner)
      if (known) return sealWith(known, context, plain)
      const asked = memory.now()
      const key = await currentDataKey(openControl(), await ring(), owner)
      memory.keepCurrent(owner, key, asked)
      return sealWith(key, context, plain)
    },

    async open(context, sealed) {
      const owner = ownerOf(context.workspaceId)
      const { keyId } = parseSealed(sealed, context)
      const known = memory.byId(owner, keyId)
      if (known) return openWith(known, context, sealed)
      const asked = memory.now()
      const key = await dataKey(openControl(), await ring(), owner, keyId)
      memory.keep(owner, key, asked)
      return openWith(key, context, sealed)
    },
  }
}
