SELECT CASE WHEN (set_config($1::VARCHAR, $2::VARCHAR, true) IS NOT NULL)
THEN (
  SELECT row_to_json(r$11) AS j
  FROM (
    SELECT (
      SELECT row_to_json(r$10) AS j
      FROM (
        SELECT j$9.j AS affiliates
        FROM association AS t$1
        LEFT OUTER JOIN LATERAL (
          SELECT row_to_json(r$8) AS j
          FROM (
            SELECT array((
                SELECT row_to_json(r$7) AS row_to_json_1
                FROM (
                  SELECT j$6.j AS association, CAST(CASE WHEN ((t$3.association_id = any ((select nullif(current_setting('confed.affiliations_manage', true), '')::uuid[])::uuid[])) OR (t$3.umbrella_id = any ((select nullif(current_setting('confed.affiliations_manage', true), '')::uuid[])::uuid[])))
                    THEN t$3.per_capita_rate END AS TEXT) AS "perCapitaRate"
                  FROM (
                    SELECT t$2.confederation_id AS confederation_id, t$2.id AS id, t$2.created_at AS created_at, t$2.updated_at AS updated_at, t$2.association_id AS association_id, t$2.umbrella_id AS umbrella_id, t$2.state AS state, t$2.starts_on AS starts_on, t$2.ends_on AS ends_on, t$2.visible_from_above AS visible_from_above, t$2.voting_weight AS voting_weight, t$2.per_capita_rate AS per_capita_rate
                    FROM affiliation AS t$2
                    WHERE t$2.confederation_id = t$1.confederation_id AND t$2.umbrella_id = t$1.id AND (t$2.state = $3 OR t$2.state = $4) AND t$2.starts_on <= $5::DATE AND (t$2.ends_on IS NULL OR t$2.ends_on >= $5::DATE)
                    ORDER BY t$2.starts_on, t$2.id
                    LIMIT $6::INTEGER) AS t$3
                  LEFT OUTER JOIN LATERAL (
                    SELECT row_to_json(r$5) AS j
                    FROM (
                      SELECT t$4.slug AS slug
                      FROM association AS t$4
                      WHERE t$4.confederation_id = t$3.confederation_id AND t$3.association_id = t$4.id) AS r$5) AS j$6 ON true
                  ORDER BY t$3.starts_on, t$3.id) AS r$7)) AS nodes) AS r$8) AS j$9 ON true
        WHERE t$1.confederation_id = $7::UUID AND t$1.slug = $8::VARCHAR) AS r$10) AS association) AS r$11) END AS anon_1
