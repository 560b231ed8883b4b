import { type Problem, problems } from './problem.ts'

/** Strings are matched first, so that what stands inside one is no mistake; a name is kept with its value. */
const STRING_OR_NAN =
  /"((?:[^"\\]|\\.)*)"(\s*:\s*(-?\b(?:NaN|Infinity)\b|undefined\b))?|(-?\b(?:NaN|Infinity)\b|\bundefined\b)/g

/** Why a text is not JSON, where the reason is one that programs make: numbers JSON cannot write. */
export function notJsonProblem(text: string): Problem {
  for (const [, name, , ofName, alone] of text.matchAll(STRING_OR_NAN)) {
    const literal = ofName ?? alone
    if (literal === undefined) continue
    const field = ofName === undefined ? undefined : name
    const where = field === undefined ? '' : ` (the value of ${field})`
    return {
      ...problems.invalid(`JSON has no ${literal}${where}.`, field),
      next: `Leave ${field ?? 'it'} out, or send null, where the value is not known.`,
    }
  }
  return problems.invalid('The body is not valid JSON.')
}
