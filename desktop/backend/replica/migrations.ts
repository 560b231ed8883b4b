/** One step of the replica's schema. */
export type ReplicaMigration = { readonly id: number; readonly sql: string }

/**
 * The replica's schema, append-only: a step that has shipped is never edited, because replicas in
 * the field have run it. Every id is one higher than the one before.
 *
 * Values that are only shown (properties, traits, reasons) are JSON in text columns: nothing
 * queries them, and jsonb refuses what visitors may well send (NUL, half a surrogate pair, deep
 * nesting).
 */
export const REPLICA_MIGRATIONS: readonly ReplicaMigration[] = [
  {
    id: 1,
    sql: `
      create table replica_state (
        one boolean primary key default true check (one),
        fingerprint text not null,
        epoch text,
        edit bigint not null default 0,
        ingest_seq bigint not null default 0,
        verdict_seq bigint not null default 0,
        version bigint not null default 0,
        last_synced_at bigint
      );

      -- Stored events (kind 0, numbered by ingest_seq) and verdicts on the others (kind 1, numbered
      -- by verdict_seq), in one table so that the live stream is one index walk.
      create table stream (
        kind smallint not null,
        seq bigint not null,
        received_at bigint not null,
        verdict text not null,
        reason text,
        detail text,
        message_id text not null,
        type text,
        name text,
        visitor_id text,
        occurred_at bigint,
        channel text,
        campaign text,
        country text,
        path text,
        title text,
        properties text,
        primary key (kind, seq)
      );
      create index stream_newest on stream (received_at desc, kind desc, seq desc);
      create index stream_by_verdict on stream (verdict, received_at desc, kind desc, seq desc);
      create index stream_of_visitor on stream (visitor_id, occurred_at desc, seq desc)
        where kind = 0;

      -- What was received in each minute, counted as it arrives: the raw window is pruned by number,
      -- today's counters must not be.
      create table received_minutes (
        minute bigint primary key,
        accepted integer not null default 0,
        bot integer not null default 0,
        duplicate integer not null default 0,
        rejected integer not null default 0,
        quarantined integer not null default 0
      );

      create table visitors (
        visitor_id text primary key,
        person_id text,
        lead_key text not null
          generated always as (coalesce('p:' || person_id, 'v:' || visitor_id)) stored,
        first_seen_at bigint not null,
        last_seen_at bigint not null,
        sessions integer not null,
        pageviews integer not null,
        events integer not null,
        channel text not null,
        campaign text,
        country text,
        last_path text,
        probability double precision,
        points integer,
        grade text,
        fit double precision,
        engagement double precision,
        reasons text not null,
        model_version text,
        calibrated boolean,
        scored_at bigint,
        version bigint not null
      );
      create index visitors_of_lead on visitors (lead_key);

      create table persons (
        person_id text primary key,
        user_id text,
        email text,
        name text,
        company text,
        account_id text,
        traits text not null,
        version bigint not null
      );

      -- Derived from visitors and persons in the transaction that writes those, so that a sorted page
      -- of leads is an index walk and not a grouping of everybody.
      create table leads (
        lead_key text primary key,
        known boolean not null,
        name text,
        email text,
        company text,
        user_id text,
        points integer,
        grade text,
        best_visitor_id text not null,
        devices integer not null,
        sessions integer not null,
        pageviews integer not null,
        events integer not null,
        first_seen_at bigint not null,
        last_seen_at bigint not null,
        channel text not null,
        campaign text,
        country text,
        last_path text,
        sort_points integer not null generated always as (coalesce(points, -1)) stored,
        search_text text not null
      );
      create index leads_by_points on leads (sort_points desc, last_seen_at desc, lead_key desc);
      create index leads_by_last_seen on leads (last_seen_at desc, lead_key desc);

      create table slots (
        key text primary key,
        name text not null,
        status text not null,
        variants text not null,
        edit_version bigint not null
      );
    `,
  },
]
