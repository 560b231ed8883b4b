import type { Transaction } from '@electric-sql/pglite'

/**
 * Derives the leads with these keys again from visitors and persons. A lead is one person over all
 * its devices, or one device of nobody known yet; its score is that of its best device, its channel
 * and campaign those of the device seen first.
 */
export const rebuildLeads = async (
  tx: Transaction,
  leadKeys: ReadonlySet<string>,
): Promise<void> => {
  if (leadKeys.size === 0) return
  const keys = JSON.stringify([...leadKeys])
  await tx.query(
    `insert into leads as l (
        lead_key, known, name, email, company, user_id, points, grade, best_visitor_id,
        devices, sessions, pageviews, events, first_seen_at, last_seen_at,
        channel, campaign, country, last_path, search_text)
      select g.lead_key, g.person_id is not null, p.name, p.email, p.company, p.user_id,
        best.points, best.grade, best.visitor_id,
        g.devices, g.sessions, g.pageviews, g.events, g.first_seen_at, g.last_seen_at,
        first.channel, first.campaign, last.country, last.last_path,
        lower(concat_ws(' ', p.name, p.email, p.company, p.user_id, g.visitor_ids))
      from (
        select lead_key, max(person_id) as person_id, count(*) as devices,
          sum(sessions) as sessions, sum(pageviews) as pageviews, sum(events) as events,
          min(first_seen_at) as first_seen_at, max(last_seen_at) as last_seen_at,
          string_agg(visitor_id, ' ' order by visitor_id) as visitor_ids
        from visitors
        where lead_key in (select jsonb_array_elements_text($1::jsonb))
        group by lead_key
      ) g
      cross join lateral (
        select * from visitors v where v.lead_key = g.lead_key
        order by points desc nulls last, last_seen_at desc, visitor_id limit 1
      ) best
      cross join lateral (
        select * from visitors v where v.lead_key = g.lead_key
        order by first_seen_at, visitor_id limit 1
      ) first
      cross join lateral (
        select * from visitors v where v.lead_key = g.lead_key
        order by last_seen_at desc, visitor_id limit 1
      ) last
      left join persons p on p.person_id = g.person_id
      on conflict (lead_key) do update set
        known = excluded.known, name = excluded.name, email = excluded.email,
        company = excluded.company, user_id = excluded.user_id, points = excluded.points,
        grade = excluded.grade, best_visitor_id = excluded.best_visitor_id,
        devices = excluded.devices, sessions = excluded.sessions,
        pageviews = excluded.pageviews, events = excluded.events,
        first_seen_at = excluded.first_seen_at, last_seen_at = excluded.last_seen_at,
        channel = excluded.channel, campaign = excluded.campaign, country = excluded.country,
        last_path = excluded.last_path, search_text = excluded.search_text`,
    [keys],
  )
  await tx.query(
    `delete from leads
      where lead_key in (select jsonb_array_elements_text($1::jsonb))
        and not exists (select 1 from visitors v where v.lead_key = leads.lead_key)`,
    [keys],
  )
}
