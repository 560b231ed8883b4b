import type { CaptureFigures } from './capture.ts'

/** What a build has to reach, and what it aims at. */
const MUST = { singleOfHello: 0.25, storedOfStore: 0.5, storedPerSecond: 5_000 }
const AIM = { singleOfHello: 0.4, storedOfStore: 0.5, storedPerSecond: 15_000 }

export function captureReport(figures: CaptureFigures) {
  const { hello, single, storedPerSecond, ackedPerSecond, storeAlonePerSecond } = figures
  const singleOfHello = single.perSecond / hello.perSecond
  const storedOfStore = storedPerSecond / storeAlonePerSecond
  const rows: string[][] = [
    ['what', 'per second', 'p50 ms', 'p99 ms', 'ratio', 'must', 'aim'],
    [
      'hello world, same Miniflare',
      whole(hello.perSecond),
      ms(hello.p50Ms),
      ms(hello.p99Ms),
      '1',
      '',
      '',
    ],
    [
      'single event, acknowledged',
      whole(single.perSecond),
      ms(single.p50Ms),
      ms(single.p99Ms),
      percent(singleOfHello),
      `≥ ${percent(MUST.singleOfHello)}`,
      percent(AIM.singleOfHello),
    ],
    ['drain statements, store alone', whole(storeAlonePerSecond), '', '', '1', '', ''],
    [
      'batches of 100, acknowledged',
      whole(ackedPerSecond),
      '',
      '',
      percent(ackedPerSecond / storeAlonePerSecond),
      '',
      '',
    ],
    [
      'stored and projected',
      whole(storedPerSecond),
      '',
      '',
      percent(storedOfStore),
      `≥ ${percent(MUST.storedOfStore)}, ≥ ${whole(MUST.storedPerSecond)}/s`,
      `${whole(AIM.storedPerSecond)}/s`,
    ],
  ]
  const failed = hello.failed + single.failed
  return {
    table: aligned(rows),
    json: {
      helloPerSecond: Math.round(hello.perSecond),
      singlePerSecond: Math.round(single.perSecond),
      singleOfHello,
      storeAlonePerSecond: Math.round(storeAlonePerSecond),
      ackedPerSecond: Math.round(ackedPerSecond),
      storedPerSecond: Math.round(storedPerSecond),
      storedOfStore,
      failedRequests: failed,
      must: MUST,
      aim: AIM,
    },
    pass:
      failed === 0 &&
      singleOfHello >= MUST.singleOfHello &&
      storedOfStore >= MUST.storedOfStore &&
      storedPerSecond >= MUST.storedPerSecond,
  }
}

function aligned(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function ms(value: number): string {
  return value.toFixed(1)
}

function percent(value: number): string {
  return `${Math.round(value * 100)} %`
}
