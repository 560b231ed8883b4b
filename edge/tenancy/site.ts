/** What serving a host's pages takes: nothing that would open the workspace's data. */
export interface Site {
  workspaceId: string
  /** Where the pages come from, for example `https://origin.example.com`. */
  origin: string
  honourGpc: boolean
}
