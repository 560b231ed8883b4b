/** What may stand in the audit log, each with a sentence for people. */
export const AUDIT_ACTIONS = {
  'workspaces.created': 'The workspace was created.',
  'sites.changed': 'Which sites the edge serves was changed.',
  'members.invited': 'Somebody was invited to the workspace.',
  'members.joined': 'Somebody joined the workspace.',
  'members.changed': 'A member got another role.',
  'members.deactivated': 'A member lost access to the workspace.',
  'invitations.revoked': 'An invitation was taken back.',
  'roles.saved': 'A custom role was saved.',
  'roles.deleted': 'A custom role was deleted.',
  'keys.made': 'A key was made.',
  'keys.changed': 'A key was changed.',
  'keys.revoked': 'A key was revoked.',
  'apps.registered': 'An app was registered.',
  'apps.revoked': 'An app was revoked.',
  'sessions.started': 'Somebody signed in.',
  'sessions.ended': 'A session was ended.',
  'sessions.renamed': 'A session got another name.',
  'sign_in.refused': 'A sign-in was refused.',
  'sign_in.changed': 'How people sign in was changed.',
  'passwords.changed': 'A password was changed.',
  'second_factors.changed': 'A second factor was changed.',
  'policies.changed': 'What the workspace asks of its people was changed.',
  'sealing.rotated': 'Sealed secrets got a new key.',
  'slots.saved': 'A slot was saved.',
  'slots.published': 'All slots were published.',
  'models.registered': 'A model was registered as a draft.',
  'rollout.changed': 'What scores visitors was changed.',
  'recommendations.published': 'Recommendations were published.',
  'erasures.ordered': 'A person was erased.',
  'erasures.replayed': 'Earlier erasures were carried out in a restored store.',
  'identity_links.undone': 'A statement about who is who was taken back.',
  'identity_links.restored': 'A statement about who is who was restored.',
  'projection.rebuilt': 'Everything derived from the events was ordered to be built again.',
  'audit.exported': 'The audit log was exported.',
  'audit.unreadable': 'An entry reached the audit log that could not be read.',
} as const

export type AuditAction = keyof typeof AUDIT_ACTIONS

/** @param action as it stands in an entry; a newer edge may have written one that is not known here */
export function sentenceOf(action: string): string {
  const known: Readonly<Record<string, string>> = AUDIT_ACTIONS
  return Object.hasOwn(known, action) && known[action] ? known[action] : `It says: ${action}.`
}
