import type { Language } from './language.ts'
import { GERMAN } from './words-de.ts'

/** What the pages say, in English; the other languages have the same shape. */
export const ENGLISH = {
  signIn: 'Sign in',
  signInLead: 'to Edgewise',
  email: 'E-mail address',
  password: 'Password',
  name: 'Name',
  newPassword: 'New password',
  newPasswordHint: 'At least 10 characters; a few words that do not belong together are good.',
  currentPassword: 'Current password',
  forgot: 'Forgot the password?',
  withPasskey: 'Sign in with a passkey',
  withCompany: 'Sign in with your company',
  withPasskeyConfirm: 'Confirm with a passkey',
  passkeyFailed:
    'That did not work: no passkey was used, or this device has none for Edgewise. Try again, or take another way.',
  passkeyRefused: 'This passkey is not valid here, or it took too long. Please try again.',
  or: 'or',
  continue: 'Continue',
  cancel: 'Cancel',
  wrongCredentials: 'E-mail address or password is wrong.',
  tooManyTries: (seconds: number) =>
    `Too many attempts. Wait ${seconds < 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`}, then try again.`,
  secondFactor: 'Confirm that it is you',
  secondFactorLead:
    'Enter the code that your authenticator app shows, or one of your recovery codes.',
  secondFactorPasskeyLead: 'Use your passkey, or enter one of your recovery codes.',
  code: 'Code',
  recoveryCode: 'Recovery code',
  wrongCode: 'This code is wrong, or was used already.',
  pendingOver: 'That took too long. Please sign in again.',
  letIn: (app: string) => `Let ${app} in?`,
  letInLead: (email: string) => `You are signed in as ${email}.`,
  appOfWorkspace: (app: string, workspace: string) =>
    `${app} was registered in the workspace ${workspace}. It is not part of Edgewise.`,
  appMay: 'It will be able to:',
  appMayAll: 'It can do everything that your role allows, until you sign it out.',
  workspace: 'Workspace',
  allow: 'Allow',
  deny: 'Do not allow',
  noWorkspace:
    'You are not a member of any workspace that this app may open. Ask an admin to invite you.',
  factorDemanded: (workspace: string) =>
    `The workspace ${workspace} asks for a second factor. Set one up first, then come back.`,
  otherAccount: 'Use another account',
  account: 'Your account',
  devices: 'Where you are signed in',
  devicesLead:
    'An app that you sign out has to ask again. The console then removes what it keeps for work without a network, as soon as it reaches this edge.',
  thisBrowser: 'this browser',
  lastUsed: (when: string) => `last used ${when}`,
  signOut: 'Sign out',
  signOutEverywhere: 'Sign out everywhere',
  signedOut: 'Signed out.',
  factors: 'Second factor',
  factorsNone: 'None yet. With one, a stolen password is not enough.',
  factorRemoved: 'Removed.',
  factorRemovedLast:
    'Removed, with the recovery codes. From now on the password alone is enough to sign in.',
  totp: 'Authenticator app',
  totpOn: 'An authenticator app is set up.',
  totpSetUp: 'Set up an authenticator app',
  totpScan: 'Scan this with the app, then enter the code that it shows.',
  totpByHand: 'Or enter this key by hand:',
  totpRemove: 'Remove the authenticator app',
  recoveryCodes: 'Recovery codes',
  recoveryLeft: (left: number) => `${left} recovery codes are left.`,
  recoveryNew: 'Make new recovery codes',
  recoveryShown:
    'Keep these where you find them without your phone. Each works once, and they are not shown again.',
  passkeys: 'Passkeys',
  passkeyAdd: 'Add a passkey',
  passkeyLead: 'Sign in with a fingerprint, face or PIN instead of a password.',
  passkeyAdded: 'The passkey was added. You can sign in with it from now on.',
  passkeyNotAdded:
    'The passkey was not added: it is known already, or it took too long. Try again.',
  passkeyUsed: (made: string, used: string | null) =>
    used === null ? `Passkey, added ${made}` : `Passkey, added ${made}, last used ${used}`,
  passkeyRemove: 'Remove',
  passkeysNeedScript: 'Passkeys need JavaScript, and a browser that has them.',
  passkeysNeedName:
    'Passkeys need a host name: open this page under localhost instead of an IP address.',
  changePassword: 'Change the password',
  passwordChanged: 'The password was changed, and all other devices were signed out.',
  wrongPassword: 'The password is wrong.',
  confirm: 'Confirm that it is you',
  confirmLead:
    'You are about to change how you sign in. So that nobody else does that at a computer you left, show again who you are. Then you come back to your account.',
  confirmAppLead: (app: string) =>
    `${app} is about to do something that cannot be undone easily. If that was not you, close this page.`,
  confirmAppUnknown:
    'The app that asked for this is not signed in any more. Go back to it and sign in again.',
  confirmed: 'Confirmed. You can go back to the app now.',
  confirmedHere: 'Confirmed. For ten minutes you can change how you sign in.',
  invitation: (workspace: string) => `You are invited to ${workspace}`,
  invitationLead: (email: string, role: string) => `as ${role}, with the address ${email}.`,
  invitationNew: 'Choose a name and a password to begin.',
  invitationKnown: 'You have an account already: enter its password to accept.',
  invitationOtherWay: 'Sign in another way',
  invitationCompany:
    'Your company wants you to sign in through it. Do that first; then you come back here.',
  accept: 'Accept',
  accepted: (workspace: string) => `You are a member of ${workspace} now.`,
  linkOverTitle: 'This link is over',
  linkOver: 'This link was used already or is too old. Ask for a new one.',
  reset: 'Reset the password',
  resetLead: 'We send a link to your address. It works for an hour.',
  resetSend: 'Send the link',
  resetSentTitle: 'Look into your mail',
  resetSent:
    'If there is an account with this address, a link is on its way. It works for an hour.',
  resetDone: 'The password was changed. You are signed out everywhere.',
  unknownClient: 'This app is not known here, or was removed. Nothing was sent to it.',
  wrongRedirect:
    'The address that this app wants its answer sent to is not registered. Nothing was sent there.',
  notNow: 'This does not work at the moment. Please try again in a minute.',
  mailInvitationSubject: (workspace: string) => `You are invited to ${workspace} on Edgewise`,
  mailInvitation: (workspace: string, link: string, by: string) =>
    `${by} invites you to the workspace ${workspace}.\n\nAccept here, within 7 days:\n${link}\n\nIf you do not know what this is about, ignore it.`,
  mailResetSubject: 'Reset your Edgewise password',
  mailReset: (link: string) =>
    `Choose a new password here, within an hour:\n${link}\n\nIf you did not ask for this, ignore it: nothing was changed.`,
  mailChangedSubject: 'Your Edgewise password was changed',
  mailChanged:
    'Your password was changed and all devices were signed out.\n\nIf that was not you, reset the password now and tell an admin of your workspace.',
  mailFactorsSubject: 'Your Edgewise second factor was changed',
  mailFactors:
    'A second factor of your account was added or removed, or there are new recovery codes.\n\nIf that was not you, reset the password now, sign out everywhere on the page of your account, and tell an admin of your workspace.',
  passwordProblems: {
    password_too_short:
      'Use at least 10 characters. A few words that do not belong together are good.',
    password_too_long: 'Use at most 1,024 characters.',
    password_common: 'This password is on lists of common or stolen passwords. Choose another.',
    password_about_you: 'A password must not be your name or address. Choose another.',
    password_repeats: 'This is too easy to guess: it repeats or counts. Choose another.',
    password_sequence: 'This is too easy to guess: it repeats or counts. Choose another.',
  },
}

export type Words = typeof ENGLISH

export function wordsOf(language: Language): Words {
  return language === 'de' ? GERMAN : ENGLISH
}
