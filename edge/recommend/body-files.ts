const keyOf = (workspaceId: string, version: string) =>
  `recommendations/${workspaceId}/${version}.json`

/**
 * Writes a body under its version, once.
 *
 * @returns `taken` where another body has this version
 * @throws what R2 throws
 */
export async function putBody(
  bucket: R2Bucket,
  workspaceId: string,
  version: string,
  body: string,
): Promise<'stored' | 'known' | 'taken'> {
  const known = await bucket.get(keyOf(workspaceId, version))
  if (known) return (await known.text()) === body ? 'known' : 'taken'
  await bucket.put(keyOf(workspaceId, version), body)
  return 'stored'
}

/** A body as it was written. @throws what R2 throws, and where it is absent */
export async function storedBody(
  bucket: R2Bucket,
  workspaceId: string,
  version: string,
): Promise<string> {
  const found = await bucket.get(keyOf(workspaceId, version))
  if (!found) throw new Error(`The bucket has no recommendations ${version}.`)
  return found.text()
}
