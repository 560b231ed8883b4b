import { Secret, TOTP, URI } from 'otpauth'
import { constantTimeEqual } from '../random-secret.ts'

/** What every authenticator app does, whatever the URI says. */
const ALGORITHM = 'SHA1'
const DIGITS = 6
export const TOTP_STEP_S = 30
/** RFC 4226, 4: 160 bits are recommended. */
const SECRET_BYTES = 20
/** RFC 6238, 5.2: a step each way for slow fingers and clocks. */
const DRIFT_STEPS = 1

export type TotpCheck =
  /** `step` is to be stored as the last one, in the same statement that checks it was not passed. */
  | { kind: 'right'; step: number }
  | { kind: 'wrong' }
  /** Right, but of a step that somebody has used already: perhaps who looked over a shoulder. */
  | { kind: 'used' }

/** A new secret of 160 bits as base32, to be sealed before it is stored. */
export function newTotpSecret(): string {
  return new Secret({ size: SECRET_BYTES }).base32
}

/**
 * What an authenticator app reads from the QR code (`otpauth://totp/…`).
 *
 * @param account the person's e-mail address
 * @param issuer what the app shows above it; a colon in either would end the issuer and is replaced
 */
export function totpUri(secret: string, account: string, issuer: string): string {
  return URI.stringify(
    totp(secret, { label: account.replaceAll(':', ' '), issuer: issuer.replaceAll(':', ' ') }),
  )
}

/**
 * Checks a code by RFC 6238. All steps are compared, each in constant time.
 *
 * @param asked.code as typed; spaces do not count, all else must be six digits
 * @param asked.lastStep the last step that was right, 0 before the first: no step up to it counts again
 */
export function verifyTotp(asked: {
  secret: string
  code: string
  nowMs: number
  lastStep: number
}): TotpCheck {
  const code = asked.code.replaceAll(/\s/g, '')
  if (!/^[0-9]{6}$/.test(code)) return { kind: 'wrong' }
  const app = totp(asked.secret)
  const now = Math.floor(asked.nowMs / 1000 / TOTP_STEP_S)
  const right: number[] = []
  for (let step = now - DRIFT_STEPS; step <= now + DRIFT_STEPS; step++) {
    const expected = app.generate({ timestamp: step * TOTP_STEP_S * 1000 })
    if (constantTimeEqual(expected, code)) right.push(step)
  }
  // Two steps may have the same code; the later one is the one that was not used yet.
  const step = right.at(-1)
  if (step === undefined) return { kind: 'wrong' }
  return step > asked.lastStep ? { kind: 'right', step } : { kind: 'used' }
}

function totp(secret: string, names: { label?: string; issuer?: string } = {}): TOTP {
  return new TOTP({
    ...names,
    secret: Secret.fromBase32(secret),
    algorithm: ALGORITHM,
    digits: DIGITS,
    period: TOTP_STEP_S,
  })
}
