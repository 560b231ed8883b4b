import type { Workspace } from '../tenancy/workspace.ts'

/**
 * Where a visitor lives: workspace : region : bucket. The bucket is a hash over a count fixed at the
 * workspace's creation and the region is the workspace's own, never the colo's, so that a retry from
 * anywhere finds the same object. See docs/decisions/0002-routing-of-visitors.md.
 *
 * @param subject visitor id, or the messageId of an event without identity
 */
export function visitorLogName(workspace: Workspace, subject: string): string {
  return logName(workspace, fnv1a32(subject) % workspace.buckets)
}

export function allVisitorLogNames(workspace: Workspace): string[] {
  return Array.from({ length: workspace.buckets }, (_, bucket) => logName(workspace, bucket))
}

/** The workspace inside an object's name. */
export function workspaceOfName(name: string): string {
  return name.slice(0, name.indexOf(':'))
}

function logName(workspace: Workspace, bucket: number): string {
  return `${workspace.id}:${workspace.region}:${bucket}`
}

/** FNV-1a, 32 bits, over UTF-16 code units (http://www.isthe.com/chongo/tech/comp/fnv/). */
export function fnv1a32(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i)
    hash = Math.imul(hash, 0x01000193)
  }
  return hash >>> 0
}
