import { z } from 'zod'
import { Slot } from '#shared/targeting/slot.ts'

/** The campaign whose visitors see another hero when they come back. */
export const DEMO_CAMPAIGN = 'spring-launch'

/**
 * The slots of the demo site: `hero` on the start page, `cta_band` on the pricing page. Without a
 * matching variant both stay as the site's author wrote them.
 */
export const DEMO_SLOTS: Slot[] = z.array(Slot).parse([
  {
    key: 'hero',
    name: 'Start page: hero',
    status: 'published',
    default: null,
    variants: [
      {
        key: 'spring_return',
        name: 'Back from the spring launch',
        audience: {
          kind: 'all',
          rules: [
            { kind: 'compare', fact: 'campaigns', op: 'includes', value: DEMO_CAMPAIGN },
            { kind: 'compare', fact: 'pageviews', op: 'at_least', value: 1 },
          ],
        },
        content: {
          headline: 'Good to see you again. Your lanes are waiting.',
          body: 'Bring last week’s shipments and see in twenty minutes which ones Ferrolane would have raised, and how much earlier. The spring offer holds: three months at half price.',
          cta: { label: 'Claim the spring offer', href: '/signup?offer=spring' },
        },
      },
      {
        key: 'docs_reader',
        name: 'Has read the documentation',
        audience: {
          kind: 'all',
          rules: [
            { kind: 'compare', fact: 'pageKinds', op: 'includes', value: 'docs' },
            { kind: 'compare', fact: 'visits', op: 'at_least', value: 2 },
          ],
        },
        content: {
          headline: 'You have read the docs. Now let a shipment be late.',
          body: 'A test key, one carrier and the first exception on your desk: it takes about ten minutes.',
          cta: { label: 'Open the quick start', href: '/docs/quickstart' },
        },
      },
    ],
  },
  {
    key: 'cta_band',
    name: 'Pricing: call to action',
    status: 'published',
    default: null,
    variants: [
      {
        key: 'talk_to_sales',
        name: 'Promising lead (grade A or B)',
        audience: { kind: 'compare', fact: 'grade', op: 'grade_at_least', value: 'B' },
        content: {
          headline: 'Let us work out your price together',
          body: 'For a network like yours the list price is only the start. Talk to somebody who knows your lanes, today.',
          cta: { label: 'Talk to sales', href: '/demo' },
        },
      },
      {
        key: 'came_back',
        name: 'Came back to the price',
        audience: { kind: 'compare', fact: 'visits', op: 'at_least', value: 2 },
        content: {
          headline: 'Still comparing? Try it on one lane.',
        },
      },
    ],
  },
])
