-- Visitors of one grade, the last seen first. Those who were never scored have no entry.
CREATE INDEX visitors_grade ON visitors (grade, last_seen_at, visitor_id) WHERE grade IS NOT NULL;
