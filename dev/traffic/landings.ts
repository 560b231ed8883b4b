import type { Random } from './random.ts'

/** How a session begins: the page's query, and the page that refers. */
export interface Landing {
  channel: LandingChannel
  search: string
  referrer: string
}

const FIRST_VISIT_WEIGHTS = {
  organic_search: 30,
  direct: 16,
  paid_search: 16,
  paid_social: 12,
  organic_social: 8,
  referral: 8,
  ai_assistant: 5,
  email: 5,
}
export type LandingChannel = keyof typeof FIRST_VISIT_WEIGHTS

const RETURN_WEIGHTS: Record<LandingChannel, number> = {
  direct: 50,
  organic_search: 18,
  email: 14,
  paid_search: 8,
  paid_social: 4,
  organic_social: 2,
  referral: 3,
  ai_assistant: 1,
}

const CAMPAIGNS = ['autumn-launch', 'pricing-guide', 'webinar-series'] as const

/** Where a first visit or a return comes from, as its URL and referrer show it. */
export function landing(random: Random, isReturn: boolean): Landing {
  const channel = random.weighted(isReturn ? RETURN_WEIGHTS : FIRST_VISIT_WEIGHTS)
  const campaign = random.pick(CAMPAIGNS)
  switch (channel) {
    case 'direct':
      return { channel, search: '', referrer: '' }
    case 'organic_search':
      return { channel, search: '', referrer: 'https://www.google.com/' }
    case 'paid_search':
      return {
        channel,
        search: utm('google', 'cpc', campaign),
        referrer: 'https://www.google.com/',
      }
    case 'paid_social':
      return {
        channel,
        search: utm('linkedin', 'paid_social', campaign),
        referrer: 'https://www.linkedin.com/',
      }
    case 'organic_social':
      return { channel, search: '', referrer: 'https://www.linkedin.com/' }
    case 'referral':
      return { channel, search: '', referrer: 'https://demo-partner.example/tools' }
    case 'ai_assistant':
      return { channel, search: '', referrer: 'https://chatgpt.com/' }
    case 'email':
      return { channel, search: utm('newsletter', 'email', campaign), referrer: '' }
  }
}

function utm(source: string, medium: string, campaign: string): string {
  return `?utm_source=${source}&utm_medium=${medium}&utm_campaign=${campaign}`
}
