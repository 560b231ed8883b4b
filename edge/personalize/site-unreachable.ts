const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The site does not answer</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  body { display: grid; place-content: center; min-height: 90vh; margin: 0; padding: 1.5rem }
  main { max-width: 34rem }
  h1 { font-size: 1.5rem; margin: 0 0 .5rem }
</style>
<main>
  <h1>The site does not answer</h1>
  <p>The page could not be fetched from the server behind this address. Please try again in a moment.
     If you run this site, check that its origin server is up and reachable.</p>
</main>
`

/** What a visitor sees while the origin is down: 502, never cached. */
export function siteUnreachable(): Response {
  return new Response(PAGE, {
    status: 502,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'retry-after': '5',
    },
  })
}
