SELECT CASE WHEN (set_config($1::VARCHAR, $2::VARCHAR, true) IS NOT NULL)
THEN (
  SELECT row_to_json(r$10) AS j
  FROM (
    SELECT (
      SELECT row_to_json(r$5) AS j
      FROM (
        SELECT (
          SELECT CAST(count(*) AS INTEGER) AS count_1
          FROM event AS t$4
          WHERE t$4.confederation_id = $3::UUID AND (t$4.city = $4::VARCHAR OR (t$4.kind = ANY ($5::VARCHAR(40)[])) IS NOT true)) AS "totalCount", array((
            SELECT row_to_json(r$3) AS row_to_json_1
            FROM (
              SELECT t$2.slug AS slug
              FROM (
                SELECT t$1.confederation_id AS confederation_id, t$1.id AS id, t$1.created_at AS created_at, t$1.updated_at AS updated_at, t$1.slug AS slug, t$1.association_id AS association_id, t$1.series_id AS series_id, t$1.edition AS edition, t$1.follow_up_to_id AS follow_up_to_id, t$1.kind AS kind, t$1.format AS format, t$1.state AS state, t$1.published_at AS published_at, t$1.published AS published, t$1.title AS title, t$1.summary AS summary, t$1.starts_at AS starts_at, t$1.ends_at AS ends_at, t$1.time_zone AS time_zone, t$1.venue AS venue, t$1.city AS city, t$1.languages AS languages, t$1.registration_opens_at AS registration_opens_at, t$1.registration_closes_at AS registration_closes_at, t$1.cancellation_reason AS cancellation_reason, t$1.offer_hours AS offer_hours, t$1.largest_party AS largest_party, t$1.smaller_parties_may_pass AS smaller_parties_may_pass, t$1.counts_speakers AS counts_speakers, t$1.counts_staff AS counts_staff, t$1.sequence AS sequence
                FROM event AS t$1
                WHERE t$1.confederation_id = $3::UUID AND (t$1.city = $4::VARCHAR OR (t$1.kind = ANY ($5::VARCHAR(40)[])) IS NOT true)
                ORDER BY t$1.slug, t$1.id
                LIMIT $6::INTEGER) AS t$2
              ORDER BY t$2.slug, t$2.id) AS r$3)) AS nodes) AS r$5) AS "asWritten", (
      SELECT row_to_json(r$9) AS j
      FROM (
        SELECT array((
            SELECT row_to_json(r$8) AS row_to_json_2
            FROM (
              SELECT t$7.slug AS slug
              FROM (
                SELECT t$6.confederation_id AS confederation_id, t$6.id AS id, t$6.created_at AS created_at, t$6.updated_at AS updated_at, t$6.slug AS slug, t$6.association_id AS association_id, t$6.series_id AS series_id, t$6.edition AS edition, t$6.follow_up_to_id AS follow_up_to_id, t$6.kind AS kind, t$6.format AS format, t$6.state AS state, t$6.published_at AS published_at, t$6.published AS published, t$6.title AS title, t$6.summary AS summary, t$6.starts_at AS starts_at, t$6.ends_at AS ends_at, t$6.time_zone AS time_zone, t$6.venue AS venue, t$6.city AS city, t$6.languages AS languages, t$6.registration_opens_at AS registration_opens_at, t$6.registration_closes_at AS registration_closes_at, t$6.cancellation_reason AS cancellation_reason, t$6.offer_hours AS offer_hours, t$6.largest_party AS largest_party, t$6.smaller_parties_may_pass AS smaller_parties_may_pass, t$6.counts_speakers AS counts_speakers, t$6.counts_staff AS counts_staff, t$6.sequence AS sequence
                FROM event AS t$6
                WHERE t$6.confederation_id = $3::UUID AND t$6.starts_at >= $7::TIMESTAMP WITH TIME ZONE AND (t$6.city IS NULL) = $8::BOOLEAN AND ((t$6.slug = ANY ($9::VARCHAR[])) IS NOT true) IS NOT true
                ORDER BY t$6.ends_at DESC, t$6.slug DESC, t$6.id DESC
                LIMIT $10::INTEGER) AS t$7
              ORDER BY t$7.ends_at DESC, t$7.slug DESC, t$7.id DESC) AS r$8)) AS nodes) AS r$9) AS "asGiven") AS r$10) END AS anon_1
