import type { WorkspaceHub } from './hub/workspace-hub.ts'
import type { SignInGuard } from './identity/lockout/sign-in-guard.ts'
import type { MailEnv } from './mail/mail-config.ts'
import type { OutboundEnv } from './outbound/outbound-of.ts'
import type { Projector } from './projection/projector.ts'
import type { QuotaEnv } from './quota/meters.ts'
import type { VisitorLog } from './visitors/visitor-log.ts'

/** The bindings of wrangler.toml, with Durable Object stubs typed by their classes. */
export interface Env extends MailEnv, OutboundEnv, QuotaEnv {
  VISITOR_LOG: DurableObjectNamespace<VisitorLog>
  PROJECTOR: DurableObjectNamespace<Projector>
  WORKSPACE_HUB: DurableObjectNamespace<WorkspaceHub>
  /** Named by edge/identity/lockout/guard-names.ts. */
  SIGN_IN_GUARD: DurableObjectNamespace<SignInGuard>
  CONFIG: KVNamespace
  /** Files of the workspaces' own models. */
  MODELS: R2Bucket
  /** URL of the control database (libsql:, https: or http:). */
  CONTROL_DB_URL: string
  /** Secret: bearer token of the store. */
  STORE_AUTH_TOKEN: string
  /** Where this edge is reached, such as https://edge.example.com: the issuer of its tokens. Empty on one machine. */
  PUBLIC_URL: string
  /** Secret: signs visitor tokens and keys the hashes of erased subjects. */
  SIGNING_SECRET: string
  /** Secret: the keys that data keys are wrapped with, the current one first (docs/sealing.md). */
  SEALING_KEYS: string
}
