export type SealErrorKind =
  /** SEALING_KEYS is missing or cannot be read. */
  | 'not_configured'
  /** The place is not declared, or what should be sealed is no text that can be. */
  | 'not_sealable'
  /** Not a sealed value at all: cut, or of another kind. */
  | 'not_sealed'
  /** The store does not hold the data key: dropped on purpose, or another store. */
  | 'data_key_missing'
  /** SEALING_KEYS does not hold the key that the data key was wrapped with. */
  | 'key_encryption_key_missing'
  /** The data key was changed, or wrapped with another key of the same id. */
  | 'data_key_does_not_open'
  /** Changed, or moved here from another row, column, table or workspace. */
  | 'does_not_open'

const NEXT: Record<SealErrorKind, string> = {
  not_configured:
    'Set the secret SEALING_KEYS (wrangler secret put SEALING_KEYS); docs/sealing.md says how to make one.',
  not_sealable: 'Declare the column in SEALED_COLUMNS, and seal well-formed text of moderate size.',
  not_sealed: 'Enter the secret again, or restore the row from a backup.',
  data_key_missing: 'Enter the secret again, or restore the table data_keys from a backup.',
  key_encryption_key_missing: 'Put the earlier key back into SEALING_KEYS, behind the current one.',
  data_key_does_not_open:
    'Check that SEALING_KEYS holds the same key as before under this id, or restore the table data_keys.',
  does_not_open: 'Enter the secret again, or restore the row from a backup.',
}

/** Says where and what is wrong; never holds what is sealed, nor a key. */
export class SealError extends Error {
  override readonly name = 'SealError'
  readonly kind: SealErrorKind
  readonly reason: string
  readonly next: string

  constructor(kind: SealErrorKind, reason: string) {
    super(reason)
    this.kind = kind
    this.reason = reason
    this.next = NEXT[kind]
  }
}
