import { z } from 'zod'
import { AUDIT_METHODS } from './audit.ts'
import { ConnectionState } from './connection-state.ts'
import { KEY_METHODS } from './keys.ts'
import { LeadDetail, LeadsPage, LeadsQuery, TimelinePage } from './leads.ts'
import { MODEL_METHODS } from './models.ts'
import { Overview } from './overview.ts'
import { PEOPLE_METHODS } from './people.ts'
import { SESSION_METHODS, SessionState } from './session.ts'
import { SSO_METHODS } from './sso.ts'
import { StreamItemDetail, StreamPage, StreamQuery } from './stream.ts'

/**
 * The version of this contract, said in the hello message. Renderer and backend ship together, but a
 * browser tab may outlive an upgrade of the backend.
 *
 * History: 1 first version; 2 models; 3 people sign in, and see people, keys and the audit log;
 * 4 company sign-in.
 */
export const RPC_VERSION = 4

const nothing = z.object({})

/** Every method the renderer may call: what goes in and what comes out. */
export const METHODS = {
  'connection.get': { input: nothing, output: ConnectionState },
  /** Ask the edge now instead of at the next retry. */
  'connection.retry': { input: nothing, output: nothing },
  'overview.get': { input: nothing, output: Overview },
  'stream.list': { input: StreamQuery, output: StreamPage },
  'stream.get': { input: z.object({ id: z.string() }), output: StreamItemDetail.nullable() },
  'leads.list': { input: LeadsQuery, output: LeadsPage },
  'leads.get': { input: z.object({ leadKey: z.string() }), output: LeadDetail.nullable() },
  'leads.timeline': {
    input: z.object({
      leadKey: z.string(),
      limit: z.number().int().min(1).max(200),
      before: z.string().nullable(),
    }),
    output: TimelinePage,
  },
  ...MODEL_METHODS,
  ...SESSION_METHODS,
  ...PEOPLE_METHODS,
  ...KEY_METHODS,
  ...SSO_METHODS,
  ...AUDIT_METHODS,
} as const
export type Methods = typeof METHODS
export type MethodName = keyof Methods
export type MethodInput<M extends MethodName> = z.input<Methods[M]['input']>
/** The input as a handler gets it: parsed, defaults filled in. */
export type ParsedInput<M extends MethodName> = z.output<Methods[M]['input']>
export type MethodOutput<M extends MethodName> = z.output<Methods[M]['output']>

export const CHANGED_AREAS = ['stream', 'leads', 'slots'] as const

/** Everything the backend pushes by itself. */
export const TOPICS = {
  connection: ConnectionState,
  session: SessionState,
  /** Rows of these areas changed: fetch again what is on screen. Sent at most every 2 s. */
  changed: z.object({ areas: z.array(z.enum(CHANGED_AREAS)) }),
} as const
export type Topics = typeof TOPICS
export type TopicName = keyof Topics
export type TopicPayload<T extends TopicName> = z.output<Topics[T]>
