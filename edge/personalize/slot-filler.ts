import type { SlotContent } from '#shared/targeting/slot.ts'

/** The variant of a slot, or null to leave it alone. Must not throw: that would cut the page off. */
export type DecideSlot = (
  slotKey: string,
) => Promise<{ variant: string | null; content: SlotContent | null } | null>

/** These have no end tag, hence no fields inside. */
const VOID_TAGS = new Set(
  'area base br col embed hr img input link meta source track wbr'.split(' '),
)

type Filling = Awaited<ReturnType<DecideSlot>>

/**
 * A rewriter that fills `data-ew-slot="key"` elements as the page streams by: inside one, elements
 * marked `data-ew-field="headline|body|cta"` get the variant's texts, escaped, and a link its
 * target. A field the variant does not speak about keeps what the page's author wrote.
 */
export function slotFiller(decideSlot: DecideSlot): HTMLRewriter {
  const open: Filling[] = []
  return new HTMLRewriter()
    .on('[data-ew-slot]', {
      async element(element) {
        const filling = await decideSlot(element.getAttribute('data-ew-slot') ?? '')
        if (filling?.variant) element.setAttribute('data-ew-variant', filling.variant)
        if (VOID_TAGS.has(element.tagName)) return
        open.push(filling)
        element.onEndTag(() => {
          open.pop()
        })
      },
    })
    .on('[data-ew-field]', {
      element(element) {
        const content = open.at(-1)?.content
        if (content) fillField(element, content)
      },
    })
}

function fillField(element: Element, content: SlotContent): void {
  const field = element.getAttribute('data-ew-field')
  if (field === 'cta') {
    if (!content.cta) return
    element.setInnerContent(content.cta.label)
    if (element.tagName === 'a') element.setAttribute('href', content.cta.href)
    return
  }
  const text = field === 'headline' ? content.headline : field === 'body' ? content.body : undefined
  if (text !== undefined) element.setInnerContent(text)
}
