import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PARTS, readFamilies } from './families.ts'

const message = fc.stringMatching(/^[a-z?!,'é😀 ]{1,20}$/u).filter((text) => text.trim() === text)
const families = fc.array(fc.array(message, { minLength: 1, maxLength: 4 }), {
  minLength: 1,
  maxLength: 4,
})

describe('a file of message families', () => {
  test('is read as it was written, whatever the number of empty lines', () => {
    const gap = fc.integer({ min: 2, max: 4 })
    fc.assert(
      fc.property(families, families, families, gap, (train, validation, given, lines) => {
        const parts = { train, validation, test: given }
        const written = PARTS.map((part) =>
          [`## ${part}`, ...parts[part].map((family) => family.join('\n'))].join(
            '\n'.repeat(lines),
          ),
        ).join('\n')
        expect(readFamilies(written, 'set.txt')).toEqual(parts)
        expect(readFamilies(written.replaceAll('\n', '\r\n'), 'set.txt')).toEqual(parts)
      }),
    )
  })

  test.each([
    ['no_part', 'hello\n## train\nhi'],
    ['unknown_part', '## training\nhi'],
    ['empty_part', '## train\nhi\n\n## validation\nhello\n\n## test\n'],
  ])('is refused as %s, with the file and what to do next', (kind, content) => {
    expect(() => readFamilies(content, 'greeting.txt')).toThrow(
      expect.objectContaining({
        kind,
        message: expect.stringContaining('greeting.txt'),
        next: expect.stringContaining('## validation'),
      }),
    )
  })
})
