import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** When the newest file below some paths of the project was changed, in Unix milliseconds. */
export async function newestSource(paths: readonly string[]): Promise<number> {
  const visit = async (path: string): Promise<number> => {
    const info = await stat(path)
    if (!info.isDirectory()) return info.mtimeMs
    const children = await Promise.all((await readdir(path)).map((name) => visit(join(path, name))))
    return Math.max(info.mtimeMs, ...children)
  }
  return Math.max(...(await Promise.all(paths.map((path) => visit(resolve(ROOT, path))))))
}
