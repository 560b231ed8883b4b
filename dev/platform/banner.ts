import { DEMO_PEOPLE } from '#dev/identity-provider/people.ts'
import type { Addresses } from './platform.ts'

/** What runs where, and what to try first. */
export function banner(
  addresses: Addresses,
  keys: { writeKey: string; secretKey: string; email: string; password: string; home: string },
): string {
  const { writeKey, secretKey, email, password, home } = keys
  const company = DEMO_PEOPLE.map((person) => person.email).join(' or ')
  const lines = [
    ['Console', addresses.console],
    ['  sign in as', addresses.console && `${email}, password ${password} (demo)`],
    // Under a host name, because passkeys need one.
    ['Your account', `${addresses.edge.replace('127.0.0.1', 'localhost')}/account`],
    ['Demo site', addresses.site],
    ['Edge', addresses.edge],
    ['Mailbox', addresses.mailbox],
    ['Company', addresses.identityProvider && `${addresses.identityProvider} (demo)`],
    ['  sign in as', addresses.identityProvider && `${company}, password ${password} (demo)`],
    ['API reference', `${addresses.edge}/docs`],
    ['Store', addresses.store],
    ['Write key', `${writeKey} (public; demo)`],
    ['Secret key', `${secretKey} (demo; never put it into a page)`],
    ['Data', home],
  ].flatMap(([label, value]) => (value ? [`  ${label?.padEnd(14)} ${value}`] : []))
  const tour = addresses.site
    ? `\n  Try: open ${addresses.site}/?utm_source=linkedin&utm_medium=social&utm_campaign=spring-launch
       twice, fill the form at ${addresses.site}/demo, and watch the console.\n`
    : ''
  return `\nEdgewise is running.\n\n${lines.join('\n')}\n${tour}\n  Ctrl-C stops everything.\n`
}
