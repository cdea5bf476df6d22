SELECT CASE WHEN (set_config($1::VARCHAR, $2::VARCHAR, true) IS NOT NULL)
THEN (
  SELECT row_to_json(r$20) AS j
  FROM (
    SELECT (
      SELECT row_to_json(r$19) AS j
      FROM (
        SELECT j$4.j AS association, j$7.j AS series, j$12.j AS "followUpTo", j$15.j AS report, j$18.j AS "myRegistration"
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
          SELECT row_to_json(r$11) AS j
          FROM (
            SELECT t$8.slug AS slug, (
              SELECT row_to_json(r$10) AS j
              FROM (
                SELECT t$9.slug AS slug
                FROM event AS t$9
                WHERE t$9.confederation_id = t$8.confederation_id AND t$8.follow_up_to_id = t$9.id) AS r$10) AS "followUpTo"
            FROM event AS t$8
            WHERE t$8.confederation_id = t$1.confederation_id AND t$1.follow_up_to_id = t$8.id) AS r$11) AS j$12 ON true
        LEFT OUTER JOIN LATERAL (
          SELECT row_to_json(r$14) AS j
          FROM (
            SELECT t$13.published_at AS "publishedAt"
            FROM report AS t$13
            WHERE t$13.confederation_id = t$1.confederation_id AND t$13.event_id = t$1.id) AS r$14) AS j$15 ON true
        LEFT OUTER JOIN LATERAL (
          SELECT row_to_json(r$17) AS j
          FROM (
            SELECT t$16.state AS state
            FROM registration AS t$16
            WHERE t$16.confederation_id = t$1.confederation_id AND t$16.event_id = t$1.id AND t$16.person_id = $3::UUID AND (t$16.state NOT IN ($6, $7))) AS r$17) AS j$18 ON true
        WHERE t$1.confederation_id = $4::UUID AND t$1.slug = $5::VARCHAR) AS r$19) AS event) AS r$20) END AS anon_1
