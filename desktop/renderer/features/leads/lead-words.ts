import type { Lead } from '#rpc/leads.ts'
import { visitorName } from '../stream/verdict-words.ts'

/** How a lead is called: by name, else by address, else by device. */
export const leadName = (lead: Pick<Lead, 'name' | 'email' | 'company' | 'leadKey'>): string =>
  lead.name ?? lead.email ?? lead.company ?? visitorName(lead.leadKey.slice(2))

/** What stands under the name, without saying the name again. */
export const leadSubtitle = (lead: Lead): string => {
  const parts = [lead.company, lead.email].filter(
    (part) => part !== null && part !== leadName(lead),
  )
  if (parts.length > 0) return parts.join(' · ')
  return lead.known ? 'Known person' : 'Anonymous'
}

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`

const regions = new Intl.DisplayNames(['en'], { type: 'region' })

/** The name of a country by its two letters; what is not a code stays as it is. */
export const countryName = (code: string): string => {
  try {
    return regions.of(code) ?? code
  } catch {
    return code
  }
}

/** Channels come as codes (`paid_search`); one that is new here still reads well. */
export const channelName = (code: string): string => {
  if (code === 'ai_assistant') return 'AI assistant'
  if (code === 'sms') return 'SMS'
  const words = code.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
