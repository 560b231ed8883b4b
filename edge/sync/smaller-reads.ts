/**
 * Reads with ever smaller limits until the answer fits: rows may be 32 KB each, and stores bound their
 * answers by size (libSQL says RESPONSE_TOO_LARGE from 10 MB).
 *
 * @throws what `read` throws, also RESPONSE_TOO_LARGE for a single row
 */
export async function inSmallerReads<T>(
  limit: number,
  read: (limit: number) => Promise<T>,
): Promise<T> {
  try {
    return await read(limit)
  } catch (error) {
    if (limit === 1 || !isTooLarge(error)) throw error
    return inSmallerReads(Math.ceil(limit / 4), read)
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'RESPONSE_TOO_LARGE'
}
