import { describe, expect, test } from 'vitest'
import { eventFact, personFact, scoredVisitor } from '#backend/testing/builders.ts'
import { until } from '#backend/testing/until.ts'
import { consolePage } from './console-page.ts'

const under = consolePage()
const leads = () => under.page.getByRole('grid', { name: 'Leads' })
const drawer = () => under.page.getByRole('complementary', { name: 'Lead' })

describe('the console’s page', () => {
  test('shows leads, figures and live events, and new ones as they come', async () => {
    await under.page.goto(under.running.url)
    await leads().getByText('Demo Anders').waitFor()
    await under.page.getByText('Synced just now').waitFor()
    expect(under.page.url()).not.toContain('token')
    await under.page.locator('[aria-label="Leads"][aria-rowcount="67"]').waitFor()

    under.edge.store.visitors.push(
      scoredVisitor({
        visitorId: 'new',
        personId: 'new',
        points: 97,
        version: 500,
        lastSeenAt: Date.now(),
      }),
    )
    under.edge.store.persons.push(
      personFact({ personId: 'new', name: 'Demo Newcomer', version: 500 }),
    )
    under.edge.store.events.push(
      eventFact({
        ingestSeq: 1000,
        name: 'Trial Started',
        type: 'track',
        visitorId: 'new',
        receivedAt: Date.now(),
      }),
    )
    await leads().getByText('Demo Newcomer').waitFor()
    const event = under.page.getByRole('grid', { name: /Live events/ }).getByText('Trial Started')
    await event.click()
    await drawer().getByRole('heading', { name: 'Demo Newcomer' }).waitFor()
    expect(under.complaints).toEqual([])
  })

  test('explains a lead: score, both sides, reasons both ways, timeline', async () => {
    await under.page.goto(under.running.url)
    await leads().getByText('Demo Anders').click()
    const text = async () => (await drawer().textContent()) ?? ''
    await drawer().getByText('Speaks against').waitFor()
    await drawer().getByRole('heading', { name: 'Timeline' }).waitFor()
    for (const words of [
      '91of 100',
      'Fit+0.6',
      'Engagement+2.2',
      'visited pricing 4 times this week',
      'used a free mail address before',
      'Starter model, not calibrated on your data',
      '2 devices',
    ]) {
      expect(await text()).toContain(words)
    }
    await drawer().getByText('Viewed', { exact: false }).first().waitFor()
    expect(under.complaints).toEqual([])
  })

  test('explains an event that was refused', async () => {
    await under.page.goto(under.running.url)
    await under.page.getByRole('combobox', { name: 'Verdict' }).selectOption('rejected')
    const stream = under.page.getByRole('grid', { name: /Live events/ })
    await stream.getByText('Upload Finished').first().click()
    const event = under.page.getByRole('complementary', { name: 'Event' })
    await event.getByText('too_large').waitFor()
    await event.getByText('The event is larger than 32 KB.').waitFor()
    await leads().getByText('Demo Anders').click()
    await drawer().getByText('Speaks for').waitFor()
    await event.waitFor({ state: 'detached' })
    expect(under.complaints).toEqual([])
  })

  test('is worked by keyboard alone', async () => {
    await under.page.goto(under.running.url)
    await leads().getByText('Demo Anders').waitFor()
    await leads().focus()
    await under.page.keyboard.press('ArrowDown')
    await under.page.keyboard.press('Enter')
    await drawer().getByRole('heading', { name: 'Demo Bianchi' }).waitFor()
    await under.page.keyboard.press('Escape')
    await drawer().waitFor({ state: 'detached' })
    await under.page.locator(':focus[aria-label="Leads"]').waitFor()

    await under.page.keyboard.press('End')
    await until('the last row is active', async () => {
      const id = await leads().getAttribute('aria-activedescendant')
      const row = under.page.locator(`[id="${id}"]`)
      return (await row.count()) === 1 && (await row.getAttribute('aria-rowindex')) === '67'
    })

    await under.page.keyboard.press('/')
    await under.page.keyboard.type('robotics')
    await until(
      'the search is applied',
      async () => (await leads().getAttribute('aria-rowcount')) === '2',
    )
    await leads().getByText('Demo Fischer').waitFor()
    await under.page.keyboard.press('Escape')
    await until(
      'the search is emptied',
      async () => (await leads().getAttribute('aria-rowcount')) === '67',
    )
  })

  test('says why a list is empty, and how to fill it', async () => {
    await under.page.goto(under.running.url)
    await leads().getByText('Demo Anders').waitFor()
    await under.page.getByRole('textbox', { name: 'Search leads' }).fill('nobody is called so')
    await under.page.getByText('No lead matches').waitFor()
    await under.page.getByRole('button', { name: 'Clear filters' }).click()
    await leads().getByText('Demo Anders').waitFor()

    under.edge.store = {
      ...under.edge.store,
      epoch: 'epoch-2',
      events: [],
      verdicts: [],
      visitors: [],
      persons: [],
    }
    await under.page.getByText('No leads yet').waitFor()
    await under.page.getByText('Waiting for the first event').waitFor()
  })

  test('goes on offline, says so, and comes back', async () => {
    await under.page.goto(under.running.url)
    await leads().getByText('Demo Anders').waitFor()
    under.edge.answerInstead = { status: 503, body: { detail: 'The store is down.' } }
    await under.page.getByText(/^Offline – showing data from/).waitFor()
    await under.page.getByText('The store is down.').waitFor()
    await under.page.getByRole('button', { name: 'Known only' }).click()
    await until(
      'the filter works offline',
      async () => (await leads().getAttribute('aria-rowcount')) === '7',
    )
    await leads().getByText('Demo Castillo').click()
    await drawer().getByText('Speaks for').waitFor()
    under.edge.answerInstead = null
    const synced = under.page.getByText('Synced just now')
    // It asks again by itself as well, and then the button is gone.
    await Promise.any([
      under.page.getByRole('button', { name: 'Try now' }).click(),
      synced.waitFor(),
    ])
    await synced.waitFor()
  })

  test('does not call itself synced while the edge says nothing at all', async () => {
    await under.page.goto(under.running.url)
    await under.page.getByText('Synced just now').waitFor()
    let answerAgain = () => {}
    const silence = new Promise<void>((resolve) => {
      answerAgain = resolve
    })
    under.edge.beforeAnswer = () => silence
    await under.page.getByText(/^No answer for 1\d s$/).waitFor()
    under.edge.beforeAnswer = async () => {}
    answerAgain()
    await under.page.getByText('Synced just now').waitFor()
  })

  test('outlives its back end, and finds it again', async () => {
    await under.page.goto(under.running.url)
    await leads().getByText('Demo Anders').waitFor()
    await under.running.end('SIGKILL')
    await under.page.getByText('Console stopped').waitFor()
    expect(await leads().getByText('Demo Anders').count()).toBe(1)
    await under.restart()
    await under.page.getByText('Synced just now').waitFor()
    await under.page.reload()
    await leads().getByText('Demo Anders').waitFor()
  })

  test('shows nothing to who does not come by the link', async () => {
    await under.page.goto(new URL(under.running.url).origin)
    await under.page.getByText('This page has no access to the console.').waitFor()
    expect(await leads().count()).toBe(0)
  })

  test('holds still under the eyes of who reads further down', async () => {
    await under.page.goto(under.running.url)
    const stream = under.page.getByRole('grid', { name: /Live events/ })
    await stream.getByText('Viewed').first().waitFor()
    await stream.evaluate((grid) => grid.parentElement?.scrollTo({ top: 2000 }))
    const firstInSight = () =>
      stream.evaluate((grid) => {
        const top = grid.parentElement?.getBoundingClientRect().top ?? 0
        const rows = [...grid.querySelectorAll('tbody tr')]
        return rows.find((row) => row.getBoundingClientRect().top >= top)?.textContent ?? ''
      })
    // Rows come a frame after the list is scrolled: until then none is in sight.
    const before = await until('the list has scrolled', async () => (await firstInSight()) || null)
    under.edge.store.events.push(
      eventFact({
        ingestSeq: 1001,
        name: 'Arrived Meanwhile',
        type: 'track',
        receivedAt: Date.now(),
      }),
    )
    const button = under.page.getByRole('button', { name: '1 new event' })
    await button.waitFor()
    expect(await firstInSight()).toBe(before)
    await button.click()
    await stream.getByText('Arrived Meanwhile').waitFor()
  })
})
