/** An axis from `low` to `high`, with the values that are written on it. */
export interface Axis {
  label: string
  low: number
  high: number
  ticks: readonly number[]
  written: (value: number) => string
}

interface Series {
  name: string
  /** The class that gives the colour: "model", "rival" or "other". */
  look: 'model' | 'rival' | 'other'
}

interface Chart {
  title: string
  /** What is to be seen, for those who cannot see it. */
  description: string
  x: Axis
  y: Axis
  legend: readonly Series[]
  /** The marks, with what turns values into places. */
  marks: (place: Place) => string
}

export interface Place {
  x: (value: number) => string
  y: (value: number) => string
}

const WIDTH = 480
const HEIGHT = 360
const LEFT = 64
const RIGHT = 28
const TOP = 66
const BOTTOM = 52

/**
 * Light and dark by the reader's own setting. A ground of its own, because an image does not know whether
 * the page around it is light or dark. The rival is dashed or pale too: colour alone does not reach everyone.
 */
const STYLE = `
  .ground { fill: #ffffff } text { fill: #1f2328; font: 12px system-ui, sans-serif }
  .title { font-size: 15px; font-weight: 600 } .label, .tick { fill: #59636e }
  .grid { stroke: #d1d9e0; stroke-width: 1 } .guide { stroke: #818b98; stroke-width: 1.5; stroke-dasharray: 3 4; fill: none }
  .line { fill: none; stroke-width: 2.5; stroke-linejoin: round } .line.rival { stroke-dasharray: 7 4; stroke-width: 2 }
  .whisker { stroke: #1f2328; stroke-width: 2; fill: none; opacity: .75 }
  .line.model { stroke: #0969da } .line.rival { stroke: #bc4c00 } .line.other { stroke: #59636e }
  .area.model, .dot.model { fill: #0969da } .area.rival, .dot.rival { fill: #bc4c00 } .area.other, .dot.other { fill: #818b98 }
  .area.other { opacity: .55 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 } text { fill: #f0f6fc } .label, .tick { fill: #9198a1 }
    .grid { stroke: #3d444d } .guide { stroke: #9198a1 } .whisker { stroke: #f0f6fc }
    .line.model { stroke: #4493f8 } .line.rival { stroke: #f0883e } .line.other { stroke: #9198a1 }
    .area.model, .dot.model { fill: #4493f8 } .area.rival, .dot.rival { fill: #f0883e } .area.other, .dot.other { fill: #9198a1 }
  }`

const short = (value: number): string => String(Math.round(value * 10) / 10)

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign)

function legendOf(series: readonly Series[]): string {
  let x = LEFT
  return series
    .map(({ name, look }) => {
      const at = x
      x += 40 + name.length * 6.6
      return `<path class="line ${look}" d="M${short(at)} 48h22"/><text x="${short(at + 28)}" y="52">${escaped(name)}</text>`
    })
    .join('')
}

/** A path through points of the chart. */
export const pathThrough = (points: readonly (readonly [number, number])[], place: Place): string =>
  points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${place.x(x)} ${place.y(y)}`).join('')

/** A chart as an SVG document that stands alone. */
export function chart({ title, description, x, y, legend, marks }: Chart): string {
  const across = (value: number): number =>
    LEFT + ((value - x.low) / (x.high - x.low)) * (WIDTH - LEFT - RIGHT)
  const up = (value: number): number =>
    HEIGHT - BOTTOM - ((value - y.low) / (y.high - y.low)) * (HEIGHT - TOP - BOTTOM)
  const place: Place = { x: (value) => short(across(value)), y: (value) => short(up(value)) }
  const rows = y.ticks.map((tick) => {
    const at = place.y(tick)
    return `<path class="grid" d="M${LEFT} ${at}H${WIDTH - RIGHT}"/><text class="tick" x="${LEFT - 8}" y="${short(up(tick) + 4)}" text-anchor="end">${escaped(y.written(tick))}</text>`
  })
  const columns = x.ticks.map(
    (tick) =>
      `<text class="tick" x="${place.x(tick)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${escaped(x.written(tick))}</text>`,
  )
  const middle = short((TOP + HEIGHT - BOTTOM) / 2)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${escaped(`${title}. ${description}`)}">
<title>${escaped(title)}</title><desc>${escaped(description)}</desc>
<style>${STYLE}
</style>
<rect class="ground" width="${WIDTH}" height="${HEIGHT}" rx="8"/>
<text class="title" x="${LEFT}" y="28">${escaped(title)}</text>
${legendOf(legend)}
${rows.join('\n')}
${columns.join('\n')}
<text class="label" x="${short((LEFT + WIDTH - RIGHT) / 2)}" y="${HEIGHT - 12}" text-anchor="middle">${escaped(x.label)}</text>
<text class="label" transform="translate(16 ${middle}) rotate(-90)" text-anchor="middle">${escaped(y.label)}</text>
${marks(place)}
</svg>
`
}

/** Round values that divide an axis from 0 to at least `most`. */
export function ticksTo(most: number): number[] {
  const raw = most / 5
  const magnitude = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 2.5, 5, 10].map((n) => n * magnitude).find((n) => n >= raw) ?? raw
  const count = Math.max(1, Math.ceil(most / step - 1e-9))
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(10)))
}

export const percent = (share: number): string => `${Number((100 * share).toFixed(1))} %`
export const PERCENT_TICKS = [0, 0.2, 0.4, 0.6, 0.8, 1] as const
