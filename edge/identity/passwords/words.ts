import type { Language } from '../pages/language.ts'

/** What pages and mails say of an account's first password, in English; German has the same shape. */
const ENGLISH = {
  title: 'Password',
  set: 'Set a password',
  none: 'Your account has none: so far you sign in through your company. With one you can still sign in should that end, and connect the account to another company sign-in.',
  confirmFirst: 'Confirm, then set a password',
  demanded:
    'Your company wants you to sign in through it, so your account cannot be given a password.',
  done: 'The password is set. You can sign in with it from now on.',
  doneByLink: 'The password is set, and you are signed out everywhere. Sign in with it now.',
  mailLinkSubject: 'Set a password for your Edgewise account',
  mailLink: (link: string) =>
    `Your account has no password: so far you sign in through your company.\n\nChoose one here, within an hour:\n${link}\n\nIf you did not ask for this, ignore it: nothing was changed.`,
  mailSetSubject: 'Your Edgewise account has a password now',
  mailSet:
    'A password was set for your account, which had none. It can be signed in to with the password from now on.\n\nIf that was not you, reset the password now, sign out everywhere on the page of your account, and tell an admin of your workspace.',
}

export type FirstPasswordWords = typeof ENGLISH

const GERMAN: FirstPasswordWords = {
  title: 'Passwort',
  set: 'Passwort setzen',
  none: 'Ihr Konto hat keines: Bisher melden Sie sich über Ihre Firma an. Mit einem Passwort können Sie sich auch dann anmelden, wenn es diesen Weg nicht mehr gibt, und das Konto mit einer anderen Firmenanmeldung verbinden.',
  confirmFirst: 'Bestätigen und dann ein Passwort setzen',
  demanded:
    'Ihre Firma möchte, dass Sie sich über sie anmelden. Ihr Konto kann deshalb kein Passwort bekommen.',
  done: 'Das Passwort ist gesetzt. Sie können sich ab jetzt damit anmelden.',
  doneByLink:
    'Das Passwort ist gesetzt, und Sie sind überall abgemeldet. Melden Sie sich jetzt damit an.',
  mailLinkSubject: 'Ein Passwort für Ihr Edgewise-Konto setzen',
  mailLink: (link) =>
    `Ihr Konto hat kein Passwort: Bisher melden Sie sich über Ihre Firma an.\n\nWählen Sie hier innerhalb einer Stunde eines:\n${link}\n\nWenn Sie nicht darum gebeten haben, beachten Sie diese Nachricht nicht: Es wurde nichts geändert.`,
  mailSetSubject: 'Ihr Edgewise-Konto hat jetzt ein Passwort',
  mailSet:
    'Für Ihr Konto, das keines hatte, wurde ein Passwort gesetzt. Von jetzt an kann man sich damit anmelden.\n\nWenn Sie das nicht waren, setzen Sie das Passwort jetzt zurück, melden Sie sich auf der Seite Ihres Kontos überall ab und sagen Sie einem Admin Ihres Arbeitsbereichs Bescheid.',
}

export function firstPasswordWordsOf(language: Language): FirstPasswordWords {
  return language === 'de' ? GERMAN : ENGLISH
}
