import { clip, storedText } from './stored-text.ts'

/**
 * Which channel brought a visit. The rules follow the public description of Google Analytics 4's
 * default channel group, plus a group for AI assistants: first what the link says (utm, click ids),
 * then who refers, else direct.
 */
export interface Acquisition {
  channel: string
  source: string | null
  medium: string | null
  campaign: string | null
  referrerHost: string | null
}

export interface AcquisitionInput {
  source: string | null
  medium: string | null
  campaign: string | null
  /** Query string of the page, with or without the question mark. */
  search: string
  referrer: string | null
  pageHost: string | null
}

const MAX_CHARS = 200

const SEARCH_ENGINES =
  /(^|\.)(google|bing|yahoo|duckduckgo|ecosia|baidu|yandex|startpage|qwant|kagi|brave|naver|seznam)\.[a-z.]+$/
const SOCIAL_NETWORKS =
  /(^|\.)(facebook|fb|instagram|linkedin|lnkd|twitter|x|t|reddit|pinterest|tiktok|threads|mastodon|bsky|quora|xing|vk|snapchat|youtube|youtu)\.(com|co|net|app|be|social|in)$/
const AI_ASSISTANTS =
  /(^|\.)(chatgpt\.com|chat\.openai\.com|perplexity\.ai|claude\.ai|gemini\.google\.com|copilot\.microsoft\.com|you\.com|phind\.com|mistral\.ai|deepseek\.com)$/
/** Mail read in a browser; several are subdomains of search engines. */
const WEBMAIL =
  /^(mail\.(google|yahoo|yandex|proton)|outlook\.(live|office|office365))\.[a-z.]+$|^com\.google\.android\.gm$/
// Short names end at a letter's edge: "bingo" is no search engine and "ignite" no social network.
const SEARCH_SOURCES = /^(google|bing|yahoo|duckduckgo|ecosia|baidu|yandex|adwords)(?![a-z])/
const SOCIAL_SOURCES =
  /^(facebook|instagram|linkedin|twitter|reddit|pinterest|tiktok|youtube|(fb|ig|x\.com)(?![a-z]))/
const PAID_MEDIUM = /^(cpc|ppc|paid|paidsearch|paid[-_ ]?social|retargeting|cpm|cpv|cpa)/
const EMAIL_MEDIUM = /^e[-_ ]?mail$|newsletter/

export function classifyAcquisition(input: AcquisitionInput): Acquisition {
  const query = input.search ? new URLSearchParams(input.search) : null
  const source = lower(input.source ?? query?.get('utm_source'))
  const medium = lower(input.medium ?? query?.get('utm_medium'))
  const campaign = clip(input.campaign ?? storedText(query?.get('utm_campaign')), MAX_CHARS)
  const referrerHost = foreignHost(input.referrer, input.pageHost)
  return {
    channel: channelOf(source, medium, campaign, referrerHost, query),
    source: source ?? referrerHost,
    medium,
    campaign,
    referrerHost,
  }
}

function channelOf(
  source: string | null,
  medium: string | null,
  campaign: string | null,
  referrerHost: string | null,
  query: URLSearchParams | null,
): string {
  const searchLike = SEARCH_SOURCES.test(source ?? '') || SEARCH_ENGINES.test(referrerHost ?? '')
  const socialLike = SOCIAL_SOURCES.test(source ?? '') || SOCIAL_NETWORKS.test(referrerHost ?? '')
  if (query?.has('gclid') || query?.has('msclkid')) return 'paid_search'
  if (query?.has('li_fat_id') || query?.has('ttclid')) return 'paid_social'
  if (medium) {
    if (PAID_MEDIUM.test(medium)) {
      if (medium.includes('social') || socialLike) return 'paid_social'
      return searchLike || medium === 'cpc' || medium === 'ppc' ? 'paid_search' : 'paid_other'
    }
    if (medium === 'display' || medium === 'banner') return 'display'
    if (EMAIL_MEDIUM.test(medium)) return 'email'
    if (medium === 'affiliate') return 'affiliates'
    if (medium.includes('social')) return 'organic_social'
    if (medium === 'organic') return 'organic_search'
    if (medium === 'referral') return 'referral'
    if (medium === 'sms') return 'sms'
  }
  if (EMAIL_MEDIUM.test(source ?? '')) return 'email'
  // Assistants name themselves in the link (utm_source=chatgpt.com) and often send no referrer.
  if (AI_ASSISTANTS.test(source ?? '') || AI_ASSISTANTS.test(referrerHost ?? '')) {
    return 'ai_assistant'
  }
  if (!source && WEBMAIL.test(referrerHost ?? '')) return 'email'
  if (searchLike) return 'organic_search'
  if (socialLike) return 'organic_social'
  if (source || medium || campaign) return 'campaign'
  return referrerHost ? 'referral' : 'direct'
}

function foreignHost(referrer: string | null, pageHost: string | null): string | null {
  if (!referrer) return null
  try {
    const host = new URL(referrer).host.replace(/^www\./, '')
    return host === '' || host === pageHost?.replace(/^www\./, '') ? null : clip(host, MAX_CHARS)
  } catch {
    return null
  }
}

function lower(label: string | null | undefined): string | null {
  return clip(storedText(label)?.trim().toLowerCase() || null, MAX_CHARS)
}
