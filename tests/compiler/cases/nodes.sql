SELECT CASE WHEN (set_config($1::VARCHAR, $2::VARCHAR, true) IS NOT NULL)
THEN (
  SELECT row_to_json(r$8) AS j
  FROM (
    SELECT (
      SELECT row_to_json(r$7) AS j
      FROM (
        SELECT j$6.j AS events
        FROM association AS t$1
        LEFT OUTER JOIN LATERAL (
          SELECT row_to_json(r$5) AS j
          FROM (
            SELECT array((
                SELECT row_to_json(r$4) AS row_to_json_1
                FROM (
                  SELECT t$3.slug AS slug, t$3.starts_at AS "startsAt"
                  FROM (
                    SELECT t$2.confederation_id AS confederation_id, t$2.id AS id, t$2.created_at AS created_at, t$2.updated_at AS updated_at, t$2.slug AS slug, t$2.association_id AS association_id, t$2.series_id AS series_id, t$2.edition AS edition, t$2.follow_up_to_id AS follow_up_to_id, t$2.kind AS kind, t$2.format AS format, t$2.state AS state, t$2.published_at AS published_at, t$2.published AS published, t$2.title AS title, t$2.summary AS summary, t$2.starts_at AS starts_at, t$2.ends_at AS ends_at, t$2.time_zone AS time_zone, t$2.venue AS venue, t$2.city AS city, t$2.languages AS languages, t$2.registration_opens_at AS registration_opens_at, t$2.registration_closes_at AS registration_closes_at, t$2.cancellation_reason AS cancellation_reason, t$2.offer_hours AS offer_hours, t$2.largest_party AS largest_party, t$2.smaller_parties_may_pass AS smaller_parties_may_pass, t$2.counts_speakers AS counts_speakers, t$2.counts_staff AS counts_staff, t$2.sequence AS sequence
                    FROM event AS t$2
                    WHERE t$2.confederation_id = t$1.confederation_id AND t$2.association_id = t$1.id
                    ORDER BY t$2.starts_at, t$2.id
                    LIMIT $3::INTEGER) AS t$3
                  ORDER BY t$3.starts_at, t$3.id) AS r$4)) AS nodes) AS r$5) AS j$6 ON true
        WHERE t$1.confederation_id = $4::UUID AND t$1.slug = $5::VARCHAR) AS r$7) AS association) AS r$8) END AS anon_1
