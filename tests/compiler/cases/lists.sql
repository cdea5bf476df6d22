SELECT CASE WHEN (set_config($1::VARCHAR, $2::VARCHAR, true) IS NOT NULL)
THEN (
  SELECT row_to_json(r$14) AS j
  FROM (
    SELECT (
      SELECT row_to_json(r$13) AS j
      FROM (
        SELECT j$4.j AS speakers, j$12.j AS hosts
        FROM event AS t$1
        LEFT OUTER JOIN LATERAL (
          SELECT array((
              SELECT row_to_json(r$3) AS row_to_json_1
              FROM (
                SELECT t$2.name AS name, coalesce(t$2.title ->> $3::VARCHAR, t$2.title ->> $4::VARCHAR) AS title
                FROM speaker AS t$2
                WHERE t$2.confederation_id = t$1.confederation_id AND t$2.event_id = t$1.id
                ORDER BY t$2.rank, t$2.id
                LIMIT 100) AS r$3)) AS j) AS j$4 ON true
        LEFT OUTER JOIN LATERAL (
          SELECT array((
              SELECT row_to_json(r$11) AS row_to_json_2
              FROM (
                SELECT t$5.role AS role, j$10.j AS association
                FROM event_host AS t$5
                LEFT OUTER JOIN LATERAL (
                  SELECT row_to_json(r$9) AS j
                  FROM (
                    SELECT t$6.slug AS slug, (
                      SELECT array((
                          SELECT row_to_json(r$8) AS row_to_json_3
                          FROM (
                            SELECT t$7.slug AS slug
                            FROM membership_category AS t$7
                            WHERE t$7.confederation_id = t$6.confederation_id AND t$7.association_id = t$6.id
                            ORDER BY t$7.slug, t$7.id
                            LIMIT 100) AS r$8)) AS j) AS categories
                    FROM association AS t$6
                    WHERE t$6.confederation_id = t$5.confederation_id AND t$5.host_id = t$6.id) AS r$9) AS j$10 ON true
                WHERE t$5.confederation_id = t$1.confederation_id AND t$5.event_id = t$1.id
                ORDER BY t$5.rank, t$5.id
                LIMIT 100) AS r$11)) AS j) AS j$12 ON true
        WHERE t$1.confederation_id = $5::UUID AND t$1.slug = $6::VARCHAR) AS r$13) AS event) AS r$14) END AS anon_1
