import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_REASON_CHARS, REASON_HEADER, readReason, reasonHeader } from './reason.ts'

const roundTrip = (reason: string) => readReason(reasonHeader(reason)[REASON_HEADER] ?? null)

describe('a reason', () => {
  test('comes through a header as it was written, in any script', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 60 }).filter((text) => text.isWellFormed()),
        (text) => {
          const header = reasonHeader(text)
          expect(() => new Headers(header)).not.toThrow()
          const written = text.trim()
          expect(roundTrip(text)).toEqual(
            written === '' ? { kind: 'none' } : { kind: 'given', reason: written },
          )
        },
      ),
    )
  })

  test('is none where there are no words', () => {
    expect(readReason(null)).toEqual({ kind: 'none' })
    expect(readReason('%20%20')).toEqual({ kind: 'none' })
    expect(reasonHeader('  ')).toEqual({})
    expect(reasonHeader(undefined)).toEqual({})
  })

  test('holds nothing up where it was cut in the middle of a sign', () => {
    expect(roundTrip('🌊'.slice(0, 1))).toEqual({ kind: 'given', reason: '\uFFFD' })
  })

  test('is refused where it is too long or no text', () => {
    expect(roundTrip('x'.repeat(MAX_REASON_CHARS)).kind).toBe('given')
    expect(roundTrip('x'.repeat(MAX_REASON_CHARS + 1)).kind).toBe('refused')
    expect(readReason('%E0%A4%A').kind).toBe('refused')
  })
})
