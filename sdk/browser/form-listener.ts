import { type FormField, readForm } from './form-capture.ts'
import type { Edgewise } from './index.d.ts'

/** Put this attribute on a form or a field that must not be captured. */
const IGNORE = '[data-ew-ignore]'

/** Tracks every form of the page as it is submitted. */
export function captureForms(edgewise: Edgewise): void {
  document.addEventListener(
    'submit',
    ({ target }) => {
      if (!(target instanceof HTMLFormElement) || target.closest?.(IGNORE)) return
      const { fields, traits } = readForm(fieldsOf(target))
      edgewise.track('Form Submitted', { formId: attribute(target, 'id', 'name'), fields })
      if (traits) edgewise.identify(traits)
    },
    // Before the page's own handlers, which may stop the event or replace the form.
    true,
  )
}

/** Asks the document, not the form: a field named `elements` or `id` hides the form's own property. */
function fieldsOf(form: HTMLFormElement): FormField[] {
  return [...document.querySelectorAll<Control>('input,select,textarea')]
    .filter((control) => control.form === form && !control.closest(IGNORE))
    .map((control) => ({
      name: control.name || control.id,
      type: control.type,
      autocomplete: control.getAttribute('autocomplete') ?? '',
      value: control.value,
    }))
}

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement

function attribute(form: HTMLFormElement, ...names: string[]): string | null {
  for (const name of names) {
    const value = Element.prototype.getAttribute.call(form, name)
    if (value) return value
  }
  return null
}
