import { encode } from 'uqr'

/** White modules around it: ISO/IEC 18004 asks for four, and cameras miss codes with fewer on dark pages. */
const QUIET_ZONE = 4

/**
 * A QR code as an SVG element to be put into a page: scales with its box, is named for those who cannot see
 * it, and is black on white also on dark pages. Needs no style, so that no content policy is in its way.
 *
 * @param text what a camera reads; at most about 2,300 bytes
 * @param title what a screen reader says
 * @throws if the text is too long
 */
export function qrSvg(text: string, title = 'QR code'): string {
  const { size, data } = encode(text, { ecc: 'M', border: QUIET_ZONE })
  const path = data
    .flatMap((row, y) => row.map((isBlack, x) => (isBlack ? `M${x} ${y}h1v1h-1z` : '')))
    .join('')
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">` +
    `<title>${escaped(title)}</title><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path d="${path}"/></svg>`
  )
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
