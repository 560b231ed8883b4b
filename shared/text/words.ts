/** A chat message is shorter; what follows in a longer one changes no intent and costs time. */
const MAX_UNITS = 4_000
const WORD = /[\p{L}\p{M}\p{N}]+|\p{Sc}|\p{Extended_Pictographic}/gu
/** People leave it out as often as they type it. */
const APOSTROPHE = /(?<=\p{L})['’ʼ](?=\p{L})/gu

/**
 * Words of a message in one form: NFKC, without case, "what's" as "whats"; currency signs and
 * pictographs are words. Upper case before lower case is what makes "ß" and "SS", "ς" and "Σ"
 * alike, as Unicode's full case folding would (which JavaScript lacks).
 */
export function wordsOf(text: string): string[] {
  const folded = text
    .normalize('NFKC')
    .slice(0, MAX_UNITS)
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC')
  return folded.replace(APOSTROPHE, '').match(WORD) ?? []
}
