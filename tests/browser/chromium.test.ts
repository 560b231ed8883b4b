import { expect, test } from 'vitest'
import { launchChromium } from './chromium.ts'

test('the packaged Chromium starts and shows a form', async () => {
  const browser = await launchChromium()
  try {
    const page = await browser.newPage()
    await page.setContent('<h1>Edgewise</h1><form><input type="email"><select></select></form>')
    expect(await page.textContent('h1')).toBe('Edgewise')
    expect(await page.evaluate('navigator.userAgent')).not.toMatch(/headless/i)
    expect(await page.screenshot()).toSatisfy((png: Buffer) => png.byteLength > 1000)
  } finally {
    await browser.close()
  }
})
