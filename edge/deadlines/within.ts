/**
 * Waits for an answer, but not for ever: whoever asked must be able to go on.
 *
 * @param late the error when the time is up; the work itself goes on
 * @throws what `late` gives, or what the work throws before
 */
export async function within<T>(
  timeoutMs: number,
  work: Promise<T>,
  late: () => Error = () => new Error(`No answer within ${timeoutMs} ms.`),
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeIsUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), timeoutMs)
  })
  try {
    return await Promise.race([work, timeIsUp])
  } finally {
    clearTimeout(timer)
  }
}
