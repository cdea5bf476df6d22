SELECT CASE WHEN (set_config($1::VARCHAR, $2::VARCHAR, true) IS NOT NULL)
THEN (
  SELECT row_to_json(r$21) AS j
  FROM (
    SELECT (
      SELECT row_to_json(r$20) AS j
      FROM (
        SELECT j$4.j AS association, j$7.j AS series, j$13.j AS "followUpTo", j$16.j AS report, j$19.j AS "myRegistration"
        FROM event AS t$1
        LEFT OUTER JOIN LATERAL (
          SELECT row_to_json(r$3) AS j
          FROM (
            SELECT t$2.slug AS slug
            FROM association AS t$2
            WHERE t$2.confederation_id = t$1.confederation_id AND t$1.association_id = t$2.id) AS r$3) AS j$4 ON true
        LEFT OUTER JOIN LATERAL (
          SELECT row_to_json(r$6) AS j
          FROM (
            SELECT t$5.slug AS slug
            FROM event_series AS t$5
            WHERE t$5.confederation_id = t$1.confederation_id AND t$1.series_id = t$5.id) AS r$6) AS j$7 ON true
        LEFT OUTER JOIN LATERAL (
          SELECT row_to_json(r$12) AS j
          FROM (
            SELECT t$8.slug AS slug, j$11.j AS "followUpTo"
            FROM event AS t$8
            LEFT OUTER JOIN LATERAL (
              SELECT row_to_json(r$10) AS j
              FROM (
                SELECT t$9.slug AS slug
                FROM event AS t$9
                WHERE t$9.confederation_id = t$8.confederation_id AND t$8.follow_up_to_id = t$9.id) AS r$10) AS j$11 ON true
            WHERE t$8.confederation_id = t$1.confederation_id AND t$1.follow_up_to_id = t$8.id) AS r$12) AS j$13 ON true
        LEFT OUTER JOIN LATERAL (
          SELECT row_to_json(r$15) AS j
          FROM (
            SELECT t$14.published_at AS "publishedAt"
            FROM report AS t$14
            WHERE t$14.confederation_id = t$1.confederation_id AND t$14.event_id = t$1.id) AS r$15) AS j$16 ON true
        LEFT OUTER JOIN LATERAL (
          SELECT row_to_json(r$18) AS j
          FROM (
            SELECT t$17.state AS state
            FROM registration AS t$17
            WHERE t$17.confederation_id = t$1.confederation_id AND t$17.event_id = t$1.id AND t$17.person_id = $3::UUID AND (t$17.state NOT IN ($6, $7))) AS r$18) AS j$19 ON true
        WHERE t$1.confederation_id = $4::UUID AND t$1.slug = $5::VARCHAR) AS r$20) AS event) AS r$21) END AS anon_1
