import { type ApiApp, answerOf, apiApp } from '../../api/api-app.ts'
import { ProblemError } from '../../problems/problem.ts'
import { notice, page, readerOf } from './page.ts'

/** An app of pages: what fails is said on a page in the reader's language, not as data. */
export function pageApp(): ApiApp {
  const app = apiApp()
  app.onError((error, c) => {
    if (error instanceof ProblemError) return answerOf(error)
    // The cause alone: the query builder's own message carries the values of the query.
    const reason = String(error.cause ?? error)
    console.error(JSON.stringify({ event: 'page_failed', reason }))
    const reader = readerOf(c.req.raw)
    const { signIn: title, notNow } = reader.words
    return page(reader, { title, body: notice('bad', notNow), status: 503, headers: RETRY })
  })
  return app
}

const RETRY: [string, string][] = [['retry-after', '60']]
