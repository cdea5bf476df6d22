SELECT CASE WHEN (set_config($1::VARCHAR, $2::VARCHAR, true) IS NOT NULL)
THEN (
  SELECT row_to_json(r$9) AS j
  FROM (
    SELECT (
      SELECT row_to_json(r$8) AS j
      FROM (
        SELECT p$6.nodes AS nodes, (
          SELECT row_to_json(r$7) AS j
          FROM (
            SELECT p$6."$more" AS "hasNextPage", true AS "hasPreviousPage", p$6."$far" AS "endCursor") AS r$7) AS "pageInfo"
        FROM (
          SELECT coalesce(array_to_json(pg_catalog.array_agg(r$5.nodes
                ORDER BY r$5."$n" ASC) FILTER (WHERE r$5."$n" <= $3::INTEGER)), '[]'::json) AS nodes, count(*) > $3::INTEGER AS "$more", max(r$5."$cursor") FILTER (WHERE r$5."$n" = 1 AND r$5."$n" <= $3::INTEGER) AS "$near", array_to_json(pg_catalog.array_agg(r$5."$cursor"
              ORDER BY r$5."$n" DESC) FILTER (WHERE r$5."$n" <= $3::INTEGER)) ->> 0 AS "$far"
          FROM (
            SELECT row_number() OVER (ORDER BY t$2.starts_at DESC, t$2.slug, t$2.id) AS "$n", translate(encode(convert_to(CAST(json_build_array('EventConnection:-starts_at,slug,id', t$2.starts_at, t$2.slug, t$2.id) AS TEXT), 'UTF8'), 'base64'), E'\n', '') AS "$cursor", j$4.j AS nodes
            FROM (
              SELECT t$1.confederation_id AS confederation_id, t$1.id AS id, t$1.created_at AS created_at, t$1.updated_at AS updated_at, t$1.slug AS slug, t$1.association_id AS association_id, t$1.series_id AS series_id, t$1.edition AS edition, t$1.follow_up_to_id AS follow_up_to_id, t$1.kind AS kind, t$1.format AS format, t$1.state AS state, t$1.published_at AS published_at, t$1.published AS published, t$1.title AS title, t$1.summary AS summary, t$1.starts_at AS starts_at, t$1.ends_at AS ends_at, t$1.time_zone AS time_zone, t$1.venue AS venue, t$1.city AS city, t$1.languages AS languages, t$1.registration_opens_at AS registration_opens_at, t$1.registration_closes_at AS registration_closes_at, t$1.cancellation_reason AS cancellation_reason, t$1.offer_hours AS offer_hours, t$1.largest_party AS largest_party, t$1.smaller_parties_may_pass AS smaller_parties_may_pass, t$1.counts_speakers AS counts_speakers, t$1.counts_staff AS counts_staff, t$1.sequence AS sequence
              FROM event AS t$1
              WHERE t$1.confederation_id = $4::UUID AND (t$1.starts_at < $5::TIMESTAMP WITH TIME ZONE OR t$1.starts_at = $5::TIMESTAMP WITH TIME ZONE AND t$1.slug > $6::VARCHAR OR t$1.starts_at = $5::TIMESTAMP WITH TIME ZONE AND t$1.slug = $6::VARCHAR AND t$1.id > $7::UUID) AND (t$1.starts_at > $8::TIMESTAMP WITH TIME ZONE OR t$1.starts_at = $8::TIMESTAMP WITH TIME ZONE AND t$1.slug < $9::VARCHAR OR t$1.starts_at = $8::TIMESTAMP WITH TIME ZONE AND t$1.slug = $9::VARCHAR AND t$1.id < $10::UUID)
              ORDER BY t$1.starts_at DESC, t$1.slug, t$1.id
              LIMIT $3::INTEGER + 1) AS t$2
            LEFT OUTER JOIN LATERAL (
              SELECT row_to_json(r$3) AS j
              FROM (
                SELECT t$2.slug AS slug) AS r$3) AS j$4 ON true) AS r$5) AS p$6) AS r$8) AS events) AS r$9) END AS anon_1
