/** A tenant, as the control database knows it. */
export interface Workspace {
  id: string
  name: string
  /** IANA zone in which its days begin. */
  timezone: string
  region: string
  /** How many visitor objects share its visitors; fixed at creation. */
  buckets: number
  honourGpc: boolean
  databaseUrl: string
}
