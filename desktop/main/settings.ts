export type ShellSettings = { edgeUrl: string; secretKey: string }

/**
 * Which edge to pull from, by the environment; null where something is missing. Signing in and
 * keeping the key in the system's key store come with accounts.
 */
export const readSettings = (
  env: Readonly<Record<string, string | undefined>>,
): ShellSettings | null => {
  const { EDGEWISE_EDGE_URL: edgeUrl, EDGEWISE_SECRET_KEY: secretKey } = env
  return edgeUrl && secretKey ? { edgeUrl, secretKey } : null
}
