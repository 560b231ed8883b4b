import { expect, test } from 'vitest'
import { campaignOf } from './campaign.ts'

test('utm parameters become a campaign under their Segment names', () => {
  expect(campaignOf('?utm_campaign=spring&utm_source=news&utm_medium=email&x=1&utm_term=')).toEqual(
    {
      name: 'spring',
      source: 'news',
      medium: 'email',
    },
  )
  expect(campaignOf('?x=1')).toBeUndefined()
})
