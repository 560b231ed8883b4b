import type { KeyKind } from './api-key.ts'

/**
 * What a route may require. Write keys stand in public web pages: they capture, mint visitor ids and
 * ask for the decision of their own visitor, and nothing else.
 */
export const PERMISSIONS = {
  'capture:write': ['write', 'secret'],
  'decisions:read': ['write', 'secret'],
  'scores:read': ['secret'],
  'visitors:read': ['secret'],
  'events:read': ['secret'],
  'stats:read': ['secret'],
  'identity:write': ['secret'],
  'erasures:read': ['secret'],
  'erasures:write': ['secret'],
  'projection:write': ['secret'],
  'slots:read': ['secret'],
  'slots:write': ['secret'],
  'models:read': ['secret'],
  'models:write': ['secret'],
  'sync:read': ['secret'],
  'training:read': ['secret'],
  public: ['write', 'secret'],
} as const satisfies Record<string, readonly KeyKind[]>

export type Permission = keyof typeof PERMISSIONS

export function allows(kind: KeyKind, permission: Permission): boolean {
  const kinds: readonly KeyKind[] = PERMISSIONS[permission]
  return kinds.includes(kind)
}
