/** Text that is already safe HTML. */
export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Part = string | number | Markup | readonly Part[] | null | undefined | false

/** Builds HTML: what is put in is escaped, unless it was itself built here. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Markup {
  const text = strings.map((piece, i) => piece + (i < parts.length ? render(parts[i]) : ''))
  return new Markup(text.join(''))
}

function render(part: Part): string {
  if (part === null || part === undefined || part === false) return ''
  if (part instanceof Markup) return part.text
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part))
  return part.map(render).join('')
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}
