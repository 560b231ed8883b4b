import { describe, expect, test } from 'vitest'
import { eventFact } from '#backend/testing/builders.ts'
import { consolePage } from './console-page.ts'

const under = consolePage()
const leads = () => under.page.getByRole('grid', { name: 'Leads' })

/** What sticks out of the tile, header or table it stands in. */
const STICKING_OUT = `[...document.querySelectorAll('.figure, .panel-header, .page-header, .virtual-table')]
  .flatMap((frame) => {
    const { left, right } = frame.getBoundingClientRect()
    return [...frame.querySelectorAll('*')].filter((part) => {
      const box = part.getBoundingClientRect()
      return box.width > 1 && (box.left < left - 1 || box.right > right + 1)
    })
  })
  .map((part) => part.outerHTML.slice(0, 80))`

/** Two parts of the figures that lie on one another. */
const OVERLAPPING = `[...document.querySelectorAll('.figure')].flatMap((figure) => {
  const parts = [...figure.querySelectorAll('.figure-value, .minute-bars, .figure-note, .today-part')]
  const boxes = parts.map((part) => part.getBoundingClientRect())
  return boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) =>
    a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1))
})`

/** The widest, the shell's least, and a telephone; the soak tries what lies between. */
const WIDTHS = process.env.SOAK ? [1280, 1024, 760, 600, 390] : [1280, 760, 390]

describe('in a window', () => {
  test.each(WIDTHS)('%i px wide nothing is cut or covered', async (width) => {
    const receivedAt = Date.now() - 90_000
    under.edge.store.events.push(
      ...Array.from({ length: 1200 }, (_, n) => eventFact({ ingestSeq: 2000 + n, receivedAt })),
    )
    await under.page.setViewportSize({ width, height: 560 })
    await under.page.goto(under.running.url)
    await leads().getByText('Demo Anders').waitFor()
    await under.page
      .locator('.figure-value')
      .getByText(/^1,\d{3}$/)
      .waitFor()
    expect(await under.page.evaluate(STICKING_OUT)).toEqual([])
    expect(await under.page.evaluate(OVERLAPPING)).toEqual([])
    const scrolled = await under.page.evaluate<number[]>(
      `[document.documentElement, document.querySelector('.page')].map(
        (part) => part.scrollWidth - part.clientWidth)`,
    )
    expect(scrolled).toEqual([0, 0])
    for (const words of ['Score', 'Last seen']) {
      const header = leads().getByRole('button', { name: words })
      expect(await header.evaluate((button) => button.getBoundingClientRect().right)).toBeLessThan(
        width,
      )
    }
  })
})

describe('colours', () => {
  const background = () =>
    under.page.evaluate<string>('getComputedStyle(document.body).backgroundColor')

  test('follow the computer until somebody chooses', async () => {
    await under.page.goto(under.running.url)
    await leads().getByText('Demo Anders').waitFor()
    const light = await background()
    await under.page.emulateMedia({ colorScheme: 'dark' })
    const dark = await background()
    expect(dark).not.toBe(light)
    await under.page.getByRole('button', { name: /follow the computer/ }).click()
    expect(await background()).toBe(light)
    await under.page.getByRole('button', { name: /Light colours/ }).click()
    expect(await background()).toBe(dark)
    await under.page.emulateMedia({ colorScheme: 'light' })
    expect(await background()).toBe(dark)
  })
})
