import { html } from 'hono/html'
import { type Html, hidden, type Reader } from '../pages/page.ts'
import { MAX_GIVEN_NAME_CHARS } from '../people/given-name.ts'
import { accountWordsOf } from './words.ts'

/** Opens below what it names, without script. */
export function renameForm(
  { language }: Reader,
  form: { action: string; id: string; name: string; hint?: string; canBeEmpty?: boolean },
): Html {
  const words = accountWordsOf(language)
  return html`<details><summary aria-label="${words.renameOf(form.name)}">${words.rename}</summary>
<form method="post" action="${form.action}">${hidden('id', form.id)}
<label>${words.newName}<input name="name" value="${form.name}" maxlength="${MAX_GIVEN_NAME_CHARS}" autocomplete="off"${form.canBeEmpty ? '' : ' required'}></label>
<button class="plain">${words.save}</button>
${form.hint ? html`<small>${form.hint}</small>` : ''}
</form></details>`
}
