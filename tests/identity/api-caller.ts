/** Calls the API with one credential. */
export type ApiCaller = (method: string, path: string, body?: unknown) => Promise<Response>

/** @param credential an access token or a key */
export function apiCaller(edge: string, credential: string): ApiCaller {
  return (method, path, body) =>
    fetch(`${edge}/api/v1/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${credential}`,
        // A refusal that did not read the body may close the connection: no other call should hang on it.
        connection: 'close',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    })
}
