import type { Browser } from './client-call.ts'
import type { Random } from './random.ts'

const DESKTOP_AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0',
] as const
const MOBILE_AGENTS = [
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36',
] as const
const BOT_AGENTS = [
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
  'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)',
  'Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)',
] as const

const PLACES: Record<string, { locale: string; timezone: string }> = {
  US: { locale: 'en-US', timezone: 'America/New_York' },
  DE: { locale: 'de-DE', timezone: 'Europe/Berlin' },
  GB: { locale: 'en-GB', timezone: 'Europe/London' },
  FR: { locale: 'fr-FR', timezone: 'Europe/Paris' },
  NL: { locale: 'nl-NL', timezone: 'Europe/Amsterdam' },
  IN: { locale: 'en-IN', timezone: 'Asia/Kolkata' },
  PL: { locale: 'pl-PL', timezone: 'Europe/Warsaw' },
  BR: { locale: 'pt-BR', timezone: 'America/Sao_Paulo' },
  ES: { locale: 'es-ES', timezone: 'Europe/Madrid' },
  NG: { locale: 'en-NG', timezone: 'Africa/Lagos' },
}
const ELSEWHERE = { locale: 'en-US', timezone: 'UTC' }

/** A person's browser. */
export function personBrowser(
  random: Random,
  anonymousId: string,
  country: string,
  kind: 'desktop' | 'mobile',
): Browser {
  const userAgent = random.pick(kind === 'desktop' ? DESKTOP_AGENTS : MOBILE_AGENTS)
  return { anonymousId, userAgent, ...(PLACES[country] ?? ELSEWHERE) }
}

/** A crawler that runs the page's scripts, with a user agent such crawlers really send. */
export function botBrowser(random: Random, anonymousId: string): Browser {
  return { anonymousId, userAgent: random.pick(BOT_AGENTS), ...ELSEWHERE }
}
