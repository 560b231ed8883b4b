import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AcquisitionInput, classifyAcquisition } from './channel.ts'

const visit = (over: Partial<AcquisitionInput> = {}) =>
  classifyAcquisition({
    source: null,
    medium: null,
    campaign: null,
    search: '',
    referrer: null,
    pageHost: 'www.acme.example',
    ...over,
  })

const channelOf = (search: string, referrer: string | null = null) =>
  visit({ search, referrer }).channel

describe('the channel of a visit', () => {
  test.each<[search: string, referrer: string | null, channel: string]>([
    ['', null, 'direct'],
    ['?q=shoes&page=2', null, 'direct'],
    ['', 'https://www.acme.example/pricing', 'direct'],
    ['', 'https://acme.example/', 'direct'],
    ['', 'not a url', 'direct'],
    ['', 'about:blank', 'direct'],

    ['', 'https://www.google.com/', 'organic_search'],
    ['', 'https://www.google.co.uk/', 'organic_search'],
    ['', 'https://duckduckgo.com/', 'organic_search'],
    ['', 'https://www.bing.com/search?q=x', 'organic_search'],
    ['', 'https://search.brave.com/', 'organic_search'],
    ['?utm_source=google&utm_medium=organic', null, 'organic_search'],
    ['?utm_source=google', null, 'organic_search'],

    ['?gclid=abc', 'https://www.google.com/', 'paid_search'],
    ['?gclid=abc', null, 'paid_search'],
    ['?msclkid=abc', 'https://www.bing.com/', 'paid_search'],
    ['?utm_source=google&utm_medium=cpc', null, 'paid_search'],
    ['?utm_source=Google&utm_medium=CPC', null, 'paid_search'],
    ['?utm_source=bing&utm_medium=paid', null, 'paid_search'],
    ['?utm_source=partner&utm_medium=ppc', null, 'paid_search'],
    ['?utm_source=partner&utm_medium=cpm', null, 'paid_other'],
    ['?utm_medium=retargeting', null, 'paid_other'],
    ['?utm_source=adroll&utm_medium=display', null, 'display'],
    ['?utm_source=partner&utm_medium=banner', null, 'display'],

    ['?li_fat_id=abc', 'https://www.linkedin.com/', 'paid_social'],
    ['?ttclid=abc', null, 'paid_social'],
    ['?utm_source=linkedin&utm_medium=cpc', null, 'paid_social'],
    ['?utm_source=facebook&utm_medium=paid', null, 'paid_social'],
    ['?utm_source=ig&utm_medium=paid_social', null, 'paid_social'],
    ['?utm_source=partner&utm_medium=paid-social', null, 'paid_social'],
    ['?utm_medium=cpc', 'https://l.facebook.com/', 'paid_social'],

    ['', 'https://www.linkedin.com/feed', 'organic_social'],
    ['', 'https://t.co/abc', 'organic_social'],
    ['', 'https://x.com/', 'organic_social'],
    ['', 'https://l.facebook.com/', 'organic_social'],
    ['?fbclid=abc', 'https://m.facebook.com/', 'organic_social'],
    ['?utm_source=linkedin&utm_medium=social', null, 'organic_social'],
    ['?utm_source=partner&utm_medium=social-media', null, 'organic_social'],
    ['?utm_source=fb', null, 'organic_social'],

    ['', 'https://chatgpt.com/', 'ai_assistant'],
    ['?utm_source=chatgpt.com', null, 'ai_assistant'],
    ['', 'https://www.perplexity.ai/search', 'ai_assistant'],
    ['', 'https://gemini.google.com/app', 'ai_assistant'],
    ['', 'https://claude.ai/', 'ai_assistant'],

    ['?utm_source=spring&utm_medium=email', null, 'email'],
    ['?utm_medium=E-Mail', null, 'email'],
    ['?utm_medium=e_mail', null, 'email'],
    ['?utm_source=weekly&utm_medium=newsletter', null, 'email'],
    ['?utm_source=newsletter', null, 'email'],
    ['', 'https://mail.google.com/mail/u/0', 'email'],
    ['', 'https://outlook.live.com/', 'email'],
    ['', 'android-app://com.google.android.gm/', 'email'],

    ['?utm_source=shop&utm_medium=affiliate', null, 'affiliates'],
    ['?utm_source=crm&utm_medium=sms', null, 'sms'],
    ['?utm_source=partner&utm_medium=referral', null, 'referral'],
    ['', 'https://blog.partner.example/post', 'referral'],
    ['', 'https://notgoogle.example/', 'referral'],
    ['?utm_source=bingo-night', null, 'campaign'],
    ['?utm_source=ignite-2026', null, 'campaign'],
    ['?utm_source=podcast&utm_medium=audio', null, 'campaign'],
    ['?utm_campaign=spring', null, 'campaign'],
  ])('of %j from %j is %s', (search, referrer, channel) => {
    expect(channelOf(search, referrer)).toBe(channel)
  })

  test('needs no question mark before the query', () => {
    expect(channelOf('gclid=abc')).toBe('paid_search')
  })
})

describe('the acquisition of a visit', () => {
  test('takes what the client says about its campaign before what the query says', () => {
    expect(
      visit({ source: 'Ads', medium: 'CPC', campaign: 'Spring', search: '?utm_source=other' }),
    ).toMatchObject({ source: 'ads', medium: 'cpc', campaign: 'Spring', channel: 'paid_search' })
  })

  test('names the foreign host, without www and with its port, and takes it for the source', () => {
    expect(visit({ referrer: 'https://www.partner.example:8443/x?y=1' })).toMatchObject({
      referrerHost: 'partner.example:8443',
      source: 'partner.example:8443',
    })
    expect(visit({ referrer: 'https://acme.example/' })).toMatchObject({
      referrerHost: null,
      source: null,
    })
  })

  test('keeps labels that the store can carry, of at most 200 characters', () => {
    const label = fc.oneof(
      fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((c) => String.fromCharCode(c)) }),
      fc.string({ unit: 'grapheme', maxLength: 400, minLength: 190 }),
    )
    fc.assert(
      fc.property(label, label, label, (source, campaign, referrer) => {
        const search = `?utm_source=${encodeURIComponent(source.toWellFormed())}&utm_campaign=${encodeURIComponent(campaign.toWellFormed())}`
        const found = visit({ search, referrer: `https://${referrer}` })
        for (const text of [found.source, found.campaign, found.referrerHost]) {
          if (text === null) continue
          expect(text.length).toBeLessThanOrEqual(200)
          expect(text.isWellFormed()).toBe(true)
          expect(text).not.toContain('\0')
          expect(text).not.toBe('')
        }
      }),
    )
  })
})
