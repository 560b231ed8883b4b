import { createReadStream } from 'node:fs'
import { decodeWindows1252 } from './windows-1252.ts'

export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

/** Fewer and larger chunks cost the parser less; the partial line at a chunk's end is read twice. */
const CHUNK_BYTES = 1 << 19

function byMark([first, second, third]: Uint8Array): {
  encoding: TextEncoding
  mark: number
} | null {
  if (first === 0xff && second === 0xfe) return { encoding: 'utf-16le', mark: 2 }
  if (first === 0xfe && second === 0xff) return { encoding: 'utf-16be', mark: 2 }
  if (first === 0xef && second === 0xbb && third === 0xbf) return { encoding: 'utf-8', mark: 3 }
  return null
}

export interface DetectedEncoding {
  encoding: TextEncoding
  /** Bytes of the byte order mark, to be skipped. */
  mark: number
}

/**
 * The encoding of a text file: what its byte order mark says, else UTF-8 where the whole file is valid
 * UTF-8, else windows-1252, which older spreadsheets write and in which no byte is invalid.
 */
export async function detectEncoding(path: string): Promise<DetectedEncoding> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let started = false
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
      const bytes = chunk as Uint8Array
      const marked = started ? null : byMark(bytes)
      if (marked) return marked
      started = true
      decoder.decode(bytes, { stream: true })
    }
    decoder.decode()
  } catch (error) {
    if (error instanceof TypeError) return { encoding: 'windows-1252', mark: 0 }
    throw error
  }
  return { encoding: 'utf-8', mark: 0 }
}

/**
 * The text of a file in chunks, line ends turned into `\n`: the parser takes one kind of line end a file,
 * and files put together by hand have several.
 */
export async function* textChunks(
  path: string,
  { encoding, mark }: DetectedEncoding,
): AsyncGenerator<string> {
  const decoder = encoding === 'windows-1252' ? null : new TextDecoder(encoding)
  const decode = (bytes: Uint8Array): string =>
    decoder ? decoder.decode(bytes, { stream: true }) : decodeWindows1252(bytes)
  let held = ''
  for await (const chunk of createReadStream(path, { start: mark, highWaterMark: CHUNK_BYTES })) {
    const text = held + decode(chunk as Uint8Array)
    // A carriage return at the end may be half of a line end.
    held = text.endsWith('\r') ? '\r' : ''
    const whole = held === '' ? text : text.slice(0, -1)
    if (whole !== '') yield whole.includes('\r') ? whole.replace(/\r\n?/g, '\n') : whole
  }
  const rest = held.replace('\r', '\n') + (decoder?.decode() ?? '')
  if (rest !== '') yield rest
}
