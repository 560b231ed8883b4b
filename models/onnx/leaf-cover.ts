import type { Tree } from '#shared/trees/tree-ensemble.ts'
import { OnnxError } from './model.ts'

/**
 * Metadata key of the training weight in each leaf, all trees end to end: base64 of little-endian
 * float32. Explanations need it, and the TreeEnsemble operator has no place for it.
 */
export const LEAF_COVER_KEY = 'leaf_cover'

export function leafCoverText(trees: readonly Tree[]): string {
  const covers = trees.flatMap((tree) => Array.from(tree.leafCover))
  const bytes = new Uint8Array(covers.length * 4)
  const view = new DataView(bytes.buffer)
  covers.forEach((cover, index) => {
    view.setFloat32(index * 4, cover, true)
  })
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/** @throws OnnxError `malformed` where it is not one weight a leaf. */
export function parseLeafCover(text: string, leaves: number): Float64Array {
  const malformed = (cause?: unknown): OnnxError =>
    new OnnxError(
      'malformed',
      `${LEAF_COVER_KEY} is not one weight for each of ${leaves} leaves.`,
      {
        cause,
      },
    )
  let binary: string
  try {
    binary = atob(text)
  } catch (cause) {
    throw malformed(cause)
  }
  if (binary.length !== leaves * 4) throw malformed()
  const view = new DataView(Uint8Array.from(binary, (byte) => byte.charCodeAt(0)).buffer)
  const covers = Float64Array.from({ length: leaves }, (_, leaf) => view.getFloat32(leaf * 4, true))
  if (covers.some((cover) => !(cover >= 0 && Number.isFinite(cover)))) throw malformed()
  return covers
}
