import { describe, expect, test } from 'vitest'
import { closestName, columnIndex, usableHeader } from './header.ts'

describe('a header', () => {
  test('names become usable: empty ones get a number, repeated ones too, and it is noted', () => {
    const { names, notes } = usableHeader(['id', '', ' id ', 'id (2)', 'x'])
    expect(names).toEqual(['id', 'column 2', 'id (3)', 'id (2)', 'x'])
    expect(notes).toHaveLength(2)
  })

  test('case matters only where two names differ in nothing else', () => {
    expect(columnIndex(['a', 'Converted'], 'converted')).toBe(1)
    expect(columnIndex(['Y', 'y'], 'y')).toBe(1)
    expect(columnIndex(['Yes', 'yeS'], 'yes')).toBe(-1)
  })

  test('a slip of the pen finds the name that was meant, a stranger finds none', () => {
    const names = ['Lead Source', 'Converted', 'Country']
    expect(closestName(names, 'convrted')).toBe('Converted')
    expect(closestName(names, 'is_converted')).toBe('Converted')
    expect(closestName(names, 'lead-source')).toBe('Lead Source')
    expect(closestName(names, 'temperature')).toBeNull()
  })
})
