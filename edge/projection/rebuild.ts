/** Everything that the projector derives from the events and nothing that people decided. */
const DERIVED_TABLES = [
  'visitors',
  'sessions',
  'rollups',
  'visitor_days',
  'identity_links',
  'identity_nodes',
  'persons',
  'accounts',
  'node_traits',
  'trait_changes',
] as const

/** One write after which the projector begins again with the first event. */
export const REBUILD_STATEMENTS: string[] = [
  'UPDATE projector_cursor SET ingest_seq = 0, score_seq = 0, version = version + 1 WHERE id = 1',
  ...DERIVED_TABLES.map((table) => `DELETE FROM ${table}`),
]
