/** Whether the browser says no to tracking, by Global Privacy Control or Do Not Track. */
export function saysNo(headers: Headers): boolean {
  return headers.get('sec-gpc') === '1' || headers.get('dnt') === '1'
}
