import type { AuditActor } from '#shared/audit/entry.ts'
import type { Caller } from '../access/caller.ts'

/** Whom the audit log names for a caller. */
export function actorOf(caller: Caller): AuditActor {
  return caller.kind === 'key'
    ? { kind: 'key', prefix: caller.prefix }
    : { kind: 'person', userId: caller.userId, sessionId: caller.sessionId }
}

/** In a few words, where a list has one column for it. */
export function actorWords(actor: AuditActor): string {
  switch (actor.kind) {
    case 'person':
      return actor.userId
    case 'key':
      return actor.prefix
    case 'job':
      return actor.name
  }
}
