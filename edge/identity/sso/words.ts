import type { Language } from '../pages/language.ts'
import type { SignInRefusal } from './decide-sign-in.ts'

/** What the pages of a company's sign-in say, in English; German has the same shape. */
const ENGLISH = {
  title: 'Sign in with your company',
  lead: 'Enter the address that your company gave you.',
  unknown:
    'No company sign-in is set up for this address. Sign in another way, or ask an admin of your workspace.',
  otherWay: 'Sign in another way',
  onward: (name: string) => `On to ${name}`,
  onwardLead: 'Your company asks who you are there, and sends you back.',
  again: 'This sign-in is over or was begun in another browser. Please begin again.',
  declined: 'Your company’s sign-in was not completed. You can try again.',
  notBelieved:
    'What your company’s sign-in answered does not fit what was asked, so nobody was signed in. Please try again; if it happens again, tell an admin of your workspace.',
  unreachable:
    'Your company’s sign-in does not answer at the moment. Please try again in a few minutes.',
  refusals: {
    deactivated: 'Your access was taken away. Ask an admin of your workspace.',
    address_missing:
      'Your company’s sign-in did not say your e-mail address. Ask your company to send the claims “email” and “email_verified”.',
    address_unproven:
      'Your company’s sign-in does not vouch for your e-mail address, so no account can be made with it. Ask your company to confirm it there.',
    address_foreign:
      'Your e-mail address belongs to a domain that is not set up for this company’s sign-in. Ask an admin of your workspace.',
    no_role: (workspace: string) =>
      `Your company’s sign-in gives you no role in ${workspace}. Ask an admin of the workspace or of your company’s sign-in.`,
  },
  linkTitle: 'You have an account already',
  linkLead: (email: string) =>
    `There is an account with the address ${email}. Show once that it is yours, and it will be connected.`,
  linkMeaning: (name: string) =>
    `From then on, ${name} can sign you in to this account and all workspaces in it.`,
  linkCode: 'Code of your authenticator app, or a recovery code',
  link: 'Connect',
  linkPasskey: 'Connect with a passkey',
  linkWrong: 'That is not right. Nothing was connected.',
  linkNeedsPassword:
    'There is an account with your address, and it has no password to show that it is yours. Set one by mail first, then sign in through your company again.',
  linkImpossible:
    'There is an account with your address that has no password to show that it is yours. Ask an admin of your workspace.',
  mailSubject: 'Your Edgewise account was connected to a company sign-in',
  mail: (name: string) =>
    `Your account was connected to the company sign-in ${name}. It can sign you in from now on.\n\nIf that was not you, change your password now and tell an admin of your workspace.`,
  confirmOther: 'That was somebody else than the account that is signed in here.',
  confirmNotAsked:
    'Your company’s sign-in did not ask again who you are, so nothing was confirmed. Sign out and in again, or set up a second factor on your account’s page.',
  confirm: 'Confirm with your company',
}

export type SsoWords = typeof ENGLISH

const GERMAN: SsoWords = {
  title: 'Über die eigene Firma anmelden',
  lead: 'Geben Sie die Adresse ein, die Sie von Ihrer Firma haben.',
  unknown:
    'Für diese Adresse ist keine Firmenanmeldung eingerichtet. Melden Sie sich anders an oder fragen Sie einen Admin Ihres Arbeitsbereichs.',
  otherWay: 'Anders anmelden',
  onward: (name) => `Weiter zu ${name}`,
  onwardLead: 'Ihre Firma fragt dort, wer Sie sind, und schickt Sie zurück.',
  again:
    'Diese Anmeldung ist vorbei oder wurde in einem anderen Browser begonnen. Bitte beginnen Sie noch einmal.',
  declined:
    'Die Anmeldung bei Ihrer Firma wurde nicht abgeschlossen. Sie können es noch einmal versuchen.',
  notBelieved:
    'Die Antwort Ihrer Firmenanmeldung passt nicht zur Frage, deshalb wurde niemand angemeldet. Bitte versuchen Sie es noch einmal; wenn es wieder passiert, sagen Sie einem Admin Ihres Arbeitsbereichs Bescheid.',
  unreachable:
    'Die Anmeldung Ihrer Firma antwortet im Moment nicht. Bitte versuchen Sie es in ein paar Minuten noch einmal.',
  refusals: {
    deactivated: 'Ihr Zugang wurde entzogen. Wenden Sie sich an einen Admin Ihres Arbeitsbereichs.',
    address_missing:
      'Ihre Firmenanmeldung hat Ihre E-Mail-Adresse nicht genannt. Bitten Sie Ihre Firma, die Angaben „email“ und „email_verified“ zu senden.',
    address_unproven:
      'Ihre Firmenanmeldung bürgt nicht für Ihre E-Mail-Adresse, deshalb kann kein Konto damit entstehen. Bitten Sie Ihre Firma, sie dort zu bestätigen.',
    address_foreign:
      'Ihre E-Mail-Adresse gehört zu einer Domain, die für diese Firmenanmeldung nicht eingerichtet ist. Wenden Sie sich an einen Admin Ihres Arbeitsbereichs.',
    no_role: (workspace) =>
      `Ihre Firmenanmeldung gibt Ihnen keine Rolle in ${workspace}. Wenden Sie sich an einen Admin des Arbeitsbereichs oder der Firmenanmeldung.`,
  },
  linkTitle: 'Sie haben schon ein Konto',
  linkLead: (email) =>
    `Es gibt ein Konto mit der Adresse ${email}. Zeigen Sie einmal, dass es Ihres ist, dann wird es verbunden.`,
  linkMeaning: (name) =>
    `Von da an kann ${name} Sie bei diesem Konto und in allen seinen Arbeitsbereichen anmelden.`,
  linkCode: 'Code Ihrer Authenticator-App oder ein Wiederherstellungscode',
  link: 'Verbinden',
  linkPasskey: 'Mit einem Passkey verbinden',
  linkWrong: 'Das stimmt nicht. Es wurde nichts verbunden.',
  linkNeedsPassword:
    'Es gibt ein Konto mit Ihrer Adresse, und es hat kein Passwort, mit dem Sie zeigen könnten, dass es Ihres ist. Setzen Sie erst eines per Mail und melden Sie sich dann noch einmal über Ihre Firma an.',
  linkImpossible:
    'Es gibt ein Konto mit Ihrer Adresse, das kein Passwort hat, mit dem Sie zeigen könnten, dass es Ihres ist. Wenden Sie sich an einen Admin Ihres Arbeitsbereichs.',
  mailSubject: 'Ihr Edgewise-Konto wurde mit einer Firmenanmeldung verbunden',
  mail: (name) =>
    `Ihr Konto wurde mit der Firmenanmeldung ${name} verbunden. Sie kann Sie von jetzt an anmelden.\n\nWenn Sie das nicht waren, ändern Sie jetzt Ihr Passwort und sagen Sie einem Admin Ihres Arbeitsbereichs Bescheid.`,
  confirmOther: 'Das war jemand anderes als das Konto, das hier angemeldet ist.',
  confirmNotAsked:
    'Ihre Firmenanmeldung hat nicht noch einmal gefragt, wer Sie sind, deshalb wurde nichts bestätigt. Melden Sie sich ab und wieder an, oder richten Sie auf der Seite Ihres Kontos einen zweiten Faktor ein.',
  confirm: 'Über die eigene Firma bestätigen',
}

export function ssoWordsOf(language: Language): SsoWords {
  return language === 'de' ? GERMAN : ENGLISH
}

export function refusalText(words: SsoWords, reason: SignInRefusal, workspace: string): string {
  const text = words.refusals[reason]
  return typeof text === 'string' ? text : text(workspace)
}
