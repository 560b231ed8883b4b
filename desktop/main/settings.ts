export type ShellSettings = { edgeUrl: string; secretKey: string | null }

/**
 * Which edge to pull from, by the environment; null where none is named. People sign in; a secret key is
 * for automation.
 */
export const readSettings = (
  env: Readonly<Record<string, string | undefined>>,
): ShellSettings | null => {
  const { EDGEWISE_EDGE_URL: edgeUrl, EDGEWISE_SECRET_KEY: secretKey } = env
  return edgeUrl ? { edgeUrl, secretKey: secretKey || null } : null
}
