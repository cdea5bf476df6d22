SELECT CASE WHEN (set_config($1::VARCHAR, $2::VARCHAR, true) IS NOT NULL)
THEN (
  SELECT row_to_json(r$19) AS j
  FROM (
    SELECT (
      SELECT row_to_json(r$18) AS j
      FROM (
        SELECT 'EventConnection'::text AS __typename, (
          SELECT CAST(count(*) AS INTEGER) AS count_1
          FROM event AS t$17
          WHERE t$17.confederation_id = $3::UUID) AS "totalCount", p$15.nodes AS nodes, p$15.edges AS edges, (
          SELECT row_to_json(r$16) AS j
          FROM (
            SELECT 'PageInfo'::text AS __typename, false AS "hasNextPage", p$15."$more" AS "hasPreviousPage", p$15."$far" AS "startCursor", p$15."$near" AS "endCursor") AS r$16) AS "pageInfo"
        FROM (
          SELECT coalesce(array_to_json(pg_catalog.array_agg(r$14.nodes
                ORDER BY r$14."$n" DESC) FILTER (WHERE r$14."$n" <= $4::INTEGER)), '[]'::json) AS nodes, coalesce(array_to_json(pg_catalog.array_agg(r$14.edges
                ORDER BY r$14."$n" DESC) FILTER (WHERE r$14."$n" <= $4::INTEGER)), '[]'::json) AS edges, count(*) > $4::INTEGER AS "$more", max(r$14."$cursor") FILTER (WHERE r$14."$n" = 1 AND r$14."$n" <= $4::INTEGER) AS "$near", array_to_json(pg_catalog.array_agg(r$14."$cursor"
              ORDER BY r$14."$n" DESC) FILTER (WHERE r$14."$n" <= $4::INTEGER)) ->> 0 AS "$far"
          FROM (
            SELECT row_number() OVER (ORDER BY t$2.starts_at DESC, t$2.id DESC) AS "$n", translate(encode(convert_to(CAST(json_build_array('EventConnection:starts_at,id', t$2.starts_at, t$2.id) AS TEXT), 'UTF8'), 'base64'), E'\n', '') AS "$cursor", j$4.j AS nodes, j$13.j AS edges
            FROM (
              SELECT t$1.confederation_id AS confederation_id, t$1.id AS id, t$1.created_at AS created_at, t$1.updated_at AS updated_at, t$1.slug AS slug, t$1.association_id AS association_id, t$1.series_id AS series_id, t$1.edition AS edition, t$1.follow_up_to_id AS follow_up_to_id, t$1.kind AS kind, t$1.format AS format, t$1.state AS state, t$1.published_at AS published_at, t$1.published AS published, t$1.title AS title, t$1.summary AS summary, t$1.starts_at AS starts_at, t$1.ends_at AS ends_at, t$1.time_zone AS time_zone, t$1.venue AS venue, t$1.city AS city, t$1.languages AS languages, t$1.registration_opens_at AS registration_opens_at, t$1.registration_closes_at AS registration_closes_at, t$1.cancellation_reason AS cancellation_reason, t$1.offer_hours AS offer_hours, t$1.largest_party AS largest_party, t$1.smaller_parties_may_pass AS smaller_parties_may_pass, t$1.counts_speakers AS counts_speakers, t$1.counts_staff AS counts_staff, t$1.sequence AS sequence
              FROM event AS t$1
              WHERE t$1.confederation_id = $3::UUID
              ORDER BY t$1.starts_at DESC, t$1.id DESC
              LIMIT $4::INTEGER + 1) AS t$2
            LEFT OUTER JOIN LATERAL (
              SELECT row_to_json(r$3) AS j
              FROM (
                SELECT t$2.slug AS slug) AS r$3) AS j$4 ON true
            LEFT OUTER JOIN LATERAL (
              SELECT row_to_json(r$12) AS j
              FROM (
                SELECT 'EventEdge'::text AS __typename, translate(encode(convert_to(CAST(json_build_array('EventConnection:starts_at,id', t$2.starts_at, t$2.id) AS TEXT), 'UTF8'), 'base64'), E'\n', '') AS cursor, j$11.j AS node
                FROM (
                  SELECT 1) AS one$10
                LEFT OUTER JOIN LATERAL (
                  SELECT row_to_json(r$9) AS j
                  FROM (
                    SELECT t$2.slug AS slug, j$8.j AS association
                    FROM (
                      SELECT 1) AS one$7
                    LEFT OUTER JOIN LATERAL (
                      SELECT row_to_json(r$6) AS j
                      FROM (
                        SELECT t$5.slug AS slug
                        FROM association AS t$5
                        WHERE t$5.confederation_id = t$2.confederation_id AND t$2.association_id = t$5.id) AS r$6) AS j$8 ON true) AS r$9) AS j$11 ON true) AS r$12) AS j$13 ON true) AS r$14) AS p$15) AS r$18) AS events) AS r$19) END AS anon_1
