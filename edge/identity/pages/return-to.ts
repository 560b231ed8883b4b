/** Where signing in may lead: our own pages, never another host. */
const PLACES = [
  /^\/oauth\/authorize\?/,
  /^\/account(\/confirm\?session=ses_[\w-]+)?$/,
  /^\/invitation\/[\w-]+$/,
]
const MAX_CHARS = 4_000

/** A path of ours; the account's page where it is anything else. */
export function returnTo(asked: string | null | undefined): string {
  if (!asked || asked.length > MAX_CHARS) return '/account'
  return PLACES.some((place) => place.test(asked)) ? asked : '/account'
}
