import type { Words } from './words.ts'

export const GERMAN: Words = {
  signIn: 'Anmelden',
  signInLead: 'bei Edgewise',
  email: 'E-Mail-Adresse',
  password: 'Passwort',
  name: 'Name',
  newPassword: 'Neues Passwort',
  newPasswordHint: 'Mindestens 10 Zeichen; gut sind ein paar Wörter, die nicht zusammengehören.',
  currentPassword: 'Jetziges Passwort',
  forgot: 'Passwort vergessen?',
  withPasskey: 'Mit einem Passkey anmelden',
  withCompany: 'Über die eigene Firma anmelden',
  withPasskeyConfirm: 'Mit einem Passkey bestätigen',
  passkeyFailed:
    'Das hat nicht geklappt: Es wurde kein Passkey verwendet, oder dieses Gerät hat keinen für Edgewise. Versuchen Sie es noch einmal oder auf einem anderen Weg.',
  passkeyRefused:
    'Dieser Passkey gilt hier nicht, oder es hat zu lange gedauert. Bitte versuchen Sie es noch einmal.',
  or: 'oder',
  continue: 'Weiter',
  cancel: 'Abbrechen',
  wrongCredentials: 'E-Mail-Adresse oder Passwort ist falsch.',
  tooManyTries: (seconds) =>
    `Zu viele Versuche. Bitte ${seconds < 90 ? `${seconds} Sekunden` : `${Math.ceil(seconds / 60)} Minuten`} warten und dann noch einmal versuchen.`,
  secondFactor: 'Bitte bestätigen, dass Sie es sind',
  secondFactorLead:
    'Geben Sie den Code ein, den Ihre Authenticator-App zeigt, oder einen Ihrer Wiederherstellungscodes.',
  secondFactorPasskeyLead:
    'Verwenden Sie Ihren Passkey, oder geben Sie einen Ihrer Wiederherstellungscodes ein.',
  code: 'Code',
  recoveryCode: 'Wiederherstellungscode',
  wrongCode: 'Dieser Code ist falsch oder wurde schon benutzt.',
  pendingOver: 'Das hat zu lange gedauert. Bitte melden Sie sich noch einmal an.',
  letIn: (app) => `${app} zulassen?`,
  letInLead: (email) => `Sie sind als ${email} angemeldet.`,
  appOfWorkspace: (app, workspace) =>
    `${app} wurde im Arbeitsbereich ${workspace} registriert und gehört nicht zu Edgewise.`,
  appMay: 'Die App darf dann:',
  appMayAll: 'Die App darf alles, was Ihre Rolle erlaubt, bis Sie sie abmelden.',
  workspace: 'Arbeitsbereich',
  allow: 'Zulassen',
  deny: 'Nicht zulassen',
  noWorkspace:
    'Sie sind in keinem Arbeitsbereich, den diese App öffnen darf. Bitten Sie einen Admin um eine Einladung.',
  factorDemanded: (workspace) =>
    `Der Arbeitsbereich ${workspace} verlangt einen zweiten Faktor. Richten Sie erst einen ein und kommen Sie dann zurück.`,
  otherAccount: 'Anderes Konto verwenden',
  account: 'Ihr Konto',
  devices: 'Wo Sie angemeldet sind',
  devicesLead:
    'Eine abgemeldete App muss neu fragen. Die Konsole entfernt dann, was sie für die Arbeit ohne Netz gespeichert hat, sobald sie diesen Server erreicht.',
  thisBrowser: 'dieser Browser',
  lastUsed: (when) => `zuletzt benutzt ${when}`,
  signOut: 'Abmelden',
  signOutEverywhere: 'Überall abmelden',
  signedOut: 'Abgemeldet.',
  factors: 'Zweiter Faktor',
  factorsNone: 'Noch keiner. Mit einem reicht ein gestohlenes Passwort nicht aus.',
  factorRemoved: 'Entfernt.',
  factorRemovedLast:
    'Entfernt, mitsamt den Wiederherstellungscodes. Von jetzt an reicht das Passwort allein zum Anmelden.',
  totp: 'Authenticator-App',
  totpOn: 'Eine Authenticator-App ist eingerichtet.',
  totpSetUp: 'Authenticator-App einrichten',
  totpScan: 'Scannen Sie dies mit der App und geben Sie dann den Code ein, den sie zeigt.',
  totpByHand: 'Oder geben Sie diesen Schlüssel von Hand ein:',
  totpRemove: 'Authenticator-App entfernen',
  recoveryCodes: 'Wiederherstellungscodes',
  recoveryLeft: (left) => `Noch ${left} Wiederherstellungscodes übrig.`,
  recoveryNew: 'Neue Wiederherstellungscodes erzeugen',
  recoveryShown:
    'Bewahren Sie diese Codes dort auf, wo Sie sie ohne Telefon finden. Jeder gilt einmal, und sie werden nicht wieder gezeigt.',
  passkeys: 'Passkeys',
  passkeyAdd: 'Passkey hinzufügen',
  passkeyLead: 'Mit Fingerabdruck, Gesicht oder PIN anmelden statt mit einem Passwort.',
  passkeyAdded: 'Der Passkey ist hinzugefügt. Ab jetzt können Sie sich damit anmelden.',
  passkeyNotAdded:
    'Der Passkey wurde nicht hinzugefügt: Er ist schon bekannt, oder es hat zu lange gedauert. Versuchen Sie es noch einmal.',
  passkeyUsed: (made, used) =>
    used === null
      ? `Passkey, hinzugefügt ${made}`
      : `Passkey, hinzugefügt ${made}, zuletzt benutzt ${used}`,
  passkeyRemove: 'Entfernen',
  passkeysNeedScript: 'Passkeys brauchen JavaScript und einen Browser, der sie kennt.',
  passkeysNeedName:
    'Passkeys brauchen einen Rechnernamen: Öffnen Sie diese Seite unter localhost statt unter einer IP-Adresse.',
  changePassword: 'Passwort ändern',
  passwordChanged: 'Das Passwort ist geändert, alle anderen Geräte sind abgemeldet.',
  wrongPassword: 'Das Passwort ist falsch.',
  confirm: 'Bitte bestätigen, dass Sie es sind',
  confirmLead:
    'Sie wollen ändern, wie Sie sich anmelden. Damit das niemand sonst an einem verlassenen Rechner tut, zeigen Sie noch einmal, dass Sie es sind. Danach kommen Sie zu Ihrem Konto zurück.',
  confirmAppLead: (app) =>
    `${app} soll etwas tun, das sich nicht leicht rückgängig machen lässt. Wenn Sie das nicht waren, schließen Sie diese Seite.`,
  confirmAppUnknown:
    'Die App, die danach fragt, ist nicht mehr angemeldet. Gehen Sie zu ihr zurück und melden Sie sich neu an.',
  confirmed: 'Bestätigt. Sie können jetzt zur App zurück.',
  confirmedHere: 'Bestätigt. Zehn Minuten lang können Sie ändern, wie Sie sich anmelden.',
  invitation: (workspace) => `Einladung zu ${workspace}`,
  invitationLead: (email, role) => `als ${role}, mit der Adresse ${email}.`,
  invitationNew: 'Wählen Sie einen Namen und ein Passwort.',
  invitationKnown: 'Sie haben schon ein Konto: Geben Sie zum Annehmen dessen Passwort ein.',
  invitationOtherWay: 'Auf anderem Weg anmelden',
  invitationCompany:
    'Ihre Firma möchte, dass Sie sich über sie anmelden. Tun Sie das zuerst; dann kommen Sie hierher zurück.',
  accept: 'Annehmen',
  accepted: (workspace) => `Sie gehören jetzt zu ${workspace}.`,
  linkOverTitle: 'Dieser Link gilt nicht mehr',
  linkOver: 'Dieser Link wurde schon benutzt oder ist zu alt. Bitten Sie um einen neuen.',
  reset: 'Passwort zurücksetzen',
  resetLead: 'Wir schicken einen Link an Ihre Adresse. Er gilt eine Stunde.',
  resetSend: 'Link schicken',
  resetSentTitle: 'Sehen Sie in Ihre Post',
  resetSent:
    'Falls es ein Konto mit dieser Adresse gibt, ist ein Link unterwegs. Er gilt eine Stunde.',
  resetDone: 'Das Passwort ist geändert. Sie sind überall abgemeldet.',
  unknownClient:
    'Diese App ist hier nicht bekannt oder wurde entfernt. Ihr wurde nichts geschickt.',
  wrongRedirect:
    'Die Adresse, an die diese App ihre Antwort will, ist nicht registriert. Dorthin wurde nichts geschickt.',
  notNow: 'Das geht im Moment nicht. Bitte versuchen Sie es in einer Minute noch einmal.',
  mailInvitationSubject: (workspace) => `Einladung zu ${workspace} auf Edgewise`,
  mailInvitation: (workspace, link, by) =>
    `${by} lädt Sie in den Arbeitsbereich ${workspace} ein.\n\nHier annehmen, innerhalb von 7 Tagen:\n${link}\n\nWenn Sie nicht wissen, worum es geht, beachten Sie diese Nachricht nicht.`,
  mailResetSubject: 'Ihr Edgewise-Passwort zurücksetzen',
  mailReset: (link) =>
    `Wählen Sie hier innerhalb einer Stunde ein neues Passwort:\n${link}\n\nWenn Sie nicht darum gebeten haben, beachten Sie diese Nachricht nicht: Es wurde nichts geändert.`,
  mailChangedSubject: 'Ihr Edgewise-Passwort wurde geändert',
  mailChanged:
    'Ihr Passwort wurde geändert, und alle Geräte wurden abgemeldet.\n\nWenn Sie das nicht waren, setzen Sie das Passwort jetzt zurück und sagen Sie einem Admin Ihres Arbeitsbereichs Bescheid.',
  mailFactorsSubject: 'Ihr zweiter Faktor bei Edgewise wurde geändert',
  mailFactors:
    'Ein zweiter Faktor Ihres Kontos wurde hinzugefügt oder entfernt, oder es gibt neue Wiederherstellungscodes.\n\nWenn Sie das nicht waren, setzen Sie das Passwort jetzt zurück, melden Sie sich auf der Seite Ihres Kontos überall ab und sagen Sie einem Admin Ihres Arbeitsbereichs Bescheid.',
  passwordProblems: {
    password_too_short:
      'Mindestens 10 Zeichen. Gut sind ein paar Wörter, die nicht zusammengehören.',
    password_too_long: 'Höchstens 1.024 Zeichen.',
    password_common:
      'Dieses Passwort steht auf Listen häufiger oder gestohlener Passwörter. Wählen Sie ein anderes.',
    password_about_you:
      'Ein Passwort darf nicht Ihr Name oder Ihre Adresse sein. Wählen Sie ein anderes.',
    password_repeats:
      'Das ist zu leicht zu erraten: Es wiederholt sich oder zählt. Wählen Sie ein anderes.',
    password_sequence:
      'Das ist zu leicht zu erraten: Es wiederholt sich oder zählt. Wählen Sie ein anderes.',
  },
}
