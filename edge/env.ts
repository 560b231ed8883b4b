import type { WorkspaceHub } from './hub/workspace-hub.ts'
import type { Projector } from './projection/projector.ts'
import type { VisitorLog } from './visitors/visitor-log.ts'

/** The bindings of wrangler.toml, with Durable Object stubs typed by their classes. */
export interface Env {
  VISITOR_LOG: DurableObjectNamespace<VisitorLog>
  PROJECTOR: DurableObjectNamespace<Projector>
  WORKSPACE_HUB: DurableObjectNamespace<WorkspaceHub>
  CONFIG: KVNamespace
  /** Files of the workspaces' own models. */
  MODELS: R2Bucket
  /** URL of the control database (libsql:, https: or http:). */
  CONTROL_DB_URL: string
  /** Secret: bearer token of the store. */
  STORE_AUTH_TOKEN: string
  /** Secret: signs visitor tokens and keys the hashes of erased subjects. */
  SIGNING_SECRET: string
}
