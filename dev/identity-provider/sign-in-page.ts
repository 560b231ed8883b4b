import { html, Markup } from '#dev/site/html.ts'
import type { ProvidedPerson } from './people.ts'

const STYLE = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:24rem;
margin:10vh auto 0;padding:0 1.5rem}h1{font-size:1.3rem;margin:0}form{display:grid;gap:1rem;margin-top:1.5rem}
label{display:grid;gap:.25rem;font-weight:600}input,select,button{font:inherit;padding:.5rem .6rem;box-sizing:border-box;width:100%;min-width:0}
.note{border:1px dashed currentColor;padding:.4rem .7rem;font-size:.9rem}.bad{color:light-dark(#a3231b,#ffa198)}`

/** Looks like no page of ours: people should see that they have left. */
export function signInPage(
  people: readonly ProvidedPerson[],
  state: { chosen: string; problem: string | null },
): string {
  return `<!doctype html>\n${
    html`<html lang="en"><head><meta charset="utf-8"><title>Company sign-in (demo)</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>${new Markup(STYLE)}</style></head>
<body><h1>Company sign-in</h1>
<p class="note">A demo: this stands in for a company’s identity provider.</p>
${state.problem !== null && html`<p class="bad" role="alert">${state.problem}</p>`}
<form method="post">
<label>Who are you?<select name="login">${people.map((person) => option(person, state.chosen))}</select></label>
<label>Password<input name="password" type="password" required autofocus></label>
<button>Sign in</button>
</form></body></html>`.text
  }`
}

function option({ login, name, email }: ProvidedPerson, chosen: string): Markup {
  const text = `${name} (${email})`
  return login === chosen
    ? html`<option value="${login}" selected>${text}</option>`
    : html`<option value="${login}">${text}</option>`
}
