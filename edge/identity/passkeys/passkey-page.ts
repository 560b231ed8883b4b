import {
  browserSupportsWebAuthn,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser'

/**
 * What `/sign-in/passkey.js` does for a page's forms `<form data-passkey="register|sign-in" data-options="URL">`:
 * on submit it fetches options from the URL, lets the browser ask for the passkey, puts the answer as JSON into
 * the form's hidden field `credential`, and submits. A form may be `hidden` until then, since without this
 * script or passkeys it is of no use; an element with `data-passkey-error` in it is shown when it does not
 * work, with the text that the page gave it. Where the URL redirects instead of giving options, the browser goes
 * there: the person has something else to do first. What has `data-no-passkeys` is hidden where the browser has
 * passkeys: it says why there is no form.
 */
function prepare(form: HTMLFormElement): void {
  const credential = form.elements.namedItem('credential')
  if (!(credential instanceof HTMLInputElement)) return
  let isUnderWay = false
  form.hidden = false
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (isUnderWay) return
    isUnderWay = true
    showError(form, false)
    try {
      const options = await optionsFor(form)
      if (options.kind === 'elsewhere') return location.assign(options.url)
      credential.value = JSON.stringify(await answerTo(form, options.json))
      // Not requestSubmit, which would come back here.
      form.submit()
    } catch (error) {
      console.warn('passkey', error)
      showError(form, true)
    } finally {
      isUnderWay = false
    }
  })
}

async function answerTo(form: HTMLFormElement, options: unknown): Promise<unknown> {
  return form.dataset.passkey === 'register'
    ? startRegistration({ optionsJSON: options as PublicKeyCredentialCreationOptionsJSON })
    : startAuthentication({ optionsJSON: options as PublicKeyCredentialRequestOptionsJSON })
}

type Options = { kind: 'options'; json: unknown } | { kind: 'elsewhere'; url: string }

/** Sends the form's own fields along: one of them may be the token against forged requests. */
async function optionsFor(form: HTMLFormElement): Promise<Options> {
  const fields = [...new FormData(form)].filter(
    (field): field is [string, string] => typeof field[1] === 'string' && field[0] !== 'credential',
  )
  const answer = await fetch(form.dataset.options ?? '', {
    method: 'POST',
    mode: 'same-origin',
    credentials: 'same-origin',
    headers: { accept: 'application/json' },
    body: new URLSearchParams(fields),
  })
  if (!answer.ok) throw new Error(`The options could not be had (${answer.status}).`)
  if (answer.redirected) return { kind: 'elsewhere', url: answer.url }
  return { kind: 'options', json: await answer.json() }
}

function showError(form: HTMLFormElement, isShown: boolean): void {
  const error = form.querySelector<HTMLElement>('[data-passkey-error]')
  if (error) error.hidden = !isShown
}

if (browserSupportsWebAuthn()) {
  for (const element of document.querySelectorAll<HTMLElement>('[data-no-passkeys]')) {
    element.hidden = true
  }
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-passkey]')) prepare(form)
}
