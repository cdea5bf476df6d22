SELECT CASE WHEN (set_config($1::VARCHAR, $2::VARCHAR, true) IS NOT NULL)
THEN (
  SELECT row_to_json(r$8) AS j
  FROM (
    SELECT (
      SELECT row_to_json(r$7) AS j
      FROM (
        SELECT array((
            SELECT row_to_json(r$6) AS row_to_json_1
            FROM (
              SELECT t$2.slug AS slug, (
                SELECT CAST(sum(seat_pool.taken) AS INTEGER) AS sum_1
                FROM seat_pool
                WHERE seat_pool.confederation_id = t$2.confederation_id AND seat_pool.event_id = t$2.id) AS "seatsTaken", (
                SELECT CAST(sum((seat_pool.capacity - seat_pool.taken) - seat_pool.reserved) AS INTEGER) AS sum_2
                FROM seat_pool
                WHERE seat_pool.confederation_id = t$2.confederation_id AND seat_pool.event_id = t$2.id
                HAVING bool_and(seat_pool.capacity IS NOT NULL)) AS "seatsRemaining", j$5.j AS "seatPools"
              FROM (
                SELECT t$1.confederation_id AS confederation_id, t$1.id AS id, t$1.created_at AS created_at, t$1.updated_at AS updated_at, t$1.slug AS slug, t$1.association_id AS association_id, t$1.series_id AS series_id, t$1.edition AS edition, t$1.follow_up_to_id AS follow_up_to_id, t$1.kind AS kind, t$1.format AS format, t$1.state AS state, t$1.published_at AS published_at, t$1.published AS published, t$1.title AS title, t$1.summary AS summary, t$1.starts_at AS starts_at, t$1.ends_at AS ends_at, t$1.time_zone AS time_zone, t$1.venue AS venue, t$1.city AS city, t$1.languages AS languages, t$1.registration_opens_at AS registration_opens_at, t$1.registration_closes_at AS registration_closes_at, t$1.cancellation_reason AS cancellation_reason, t$1.offer_hours AS offer_hours, t$1.largest_party AS largest_party, t$1.smaller_parties_may_pass AS smaller_parties_may_pass, t$1.counts_speakers AS counts_speakers, t$1.counts_staff AS counts_staff, t$1.sequence AS sequence
                FROM event AS t$1
                WHERE t$1.confederation_id = $3::UUID
                ORDER BY t$1.starts_at, t$1.id
                LIMIT $4::INTEGER) AS t$2
              LEFT OUTER JOIN LATERAL (
                SELECT array((
                    SELECT row_to_json(r$4) AS row_to_json_2
                    FROM (
                      SELECT t$3.capacity AS capacity, t$3.taken AS taken, (t$3.capacity - t$3.taken) - t$3.reserved AS remaining, figures.waiting(t$3.id) AS waiting
                      FROM seat_pool AS t$3
                      WHERE t$3.confederation_id = t$2.confederation_id AND t$3.event_id = t$2.id
                      ORDER BY t$3.format, t$3.id
                      LIMIT 100) AS r$4)) AS j) AS j$5 ON true
              ORDER BY t$2.starts_at, t$2.id) AS r$6)) AS nodes) AS r$7) AS events) AS r$8) END AS anon_1
