import { describe, expect, test } from 'vitest'
import { isBotAgent } from './bot.ts'

const BROWSERS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36',
]

const BOTS = [
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
  'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)',
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/130.0.0.0 Safari/537.36',
  'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)',
  'curl/8.10.1',
  'python-requests/2.32.3',
]

describe('a user agent', () => {
  test.each(BROWSERS)('of a person is no bot: %s', (agent) => {
    expect(isBotAgent(agent)).toBe(false)
  })

  test.each(BOTS)('of a crawler or script is a bot: %s', (agent) => {
    expect(isBotAgent(agent)).toBe(true)
  })

  test('gets the same verdict again after more agents than are remembered', () => {
    for (let i = 0; i < 1_200; i++) {
      expect(isBotAgent(`Mozilla/5.0 (X11; Linux x86_64; rv:${i}.0) Gecko Firefox/${i}.0`)).toBe(
        false,
      )
    }
    expect(isBotAgent('curl/8.10.1')).toBe(true)
    expect(isBotAgent(BROWSERS[0] ?? '')).toBe(false)
  })
})
