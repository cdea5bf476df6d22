SELECT CASE WHEN (set_config($1::VARCHAR, $2::VARCHAR, true) IS NOT NULL)
THEN (
  SELECT row_to_json(r$25) AS j
  FROM (
    SELECT (
      SELECT row_to_json(r$14) AS j
      FROM (
        SELECT j$13.j AS headcount
        FROM confederation AS t$1
        LEFT OUTER JOIN LATERAL (
          SELECT row_to_json(r$12) AS j
          FROM (
            SELECT t$2.day AS "asOf", 'ONCE_BY_MAIN_POSITION'::text AS rule, t$2.total AS total, t$2.part_time AS "partTime", t$2.full_time AS "fullTime", (
              SELECT array((
                  SELECT row_to_json(r$4) AS row_to_json_1
                  FROM (
                    SELECT t$3.position_class AS "positionClass", t$3.count AS count
                    FROM figures.headcount_by_class(t$2.association_id, t$2.day) WITH ORDINALITY AS t$3
                    ORDER BY t$3.ordinality
                    LIMIT 100) AS r$4)) AS j) AS "byPositionClass", (
              SELECT array((
                  SELECT row_to_json(r$6) AS row_to_json_2
                  FROM (
                    SELECT t$5.sector AS sector, t$5.count AS count
                    FROM figures.headcount_by_sector(t$2.association_id, t$2.day) WITH ORDINALITY AS t$5
                    ORDER BY t$5.ordinality
                    LIMIT 100) AS r$6)) AS j) AS "bySector", (
              SELECT array((
                  SELECT row_to_json(r$11) AS row_to_json_3
                  FROM (
                    SELECT j$10.j AS association, t$7.count AS count
                    FROM figures.headcount_by_association(t$2.association_id, t$2.day) WITH ORDINALITY AS t$7
                    LEFT OUTER JOIN LATERAL (
                      SELECT row_to_json(r$9) AS j
                      FROM (
                        SELECT t$8.slug AS slug
                        FROM association AS t$8
                        WHERE t$8.confederation_id = $3::UUID AND t$8.id = t$7.association_id) AS r$9) AS j$10 ON true
                    ORDER BY t$7.ordinality
                    LIMIT 500) AS r$11)) AS j) AS "byAssociation"
            FROM figures.headcount(CAST(NULL AS UUID), $4::DATE) AS t$2) AS r$12) AS j$13 ON true
        WHERE t$1.id = $3::UUID) AS r$14) AS confederation, (
      SELECT row_to_json(r$19) AS j
      FROM (
        SELECT j$18.j AS headcount
        FROM association AS t$15
        LEFT OUTER JOIN LATERAL (
          SELECT row_to_json(r$17) AS j
          FROM (
            SELECT t$16.day AS "asOf", t$16.total AS total
            FROM figures.headcount(t$15.id, $5::DATE) AS t$16) AS r$17) AS j$18 ON true
        WHERE t$15.confederation_id = $3::UUID AND t$15.slug = $6::VARCHAR) AS r$19) AS association, (
      SELECT row_to_json(r$24) AS j
      FROM (
        SELECT j$23.j AS attendance
        FROM event AS t$20
        LEFT OUTER JOIN LATERAL (
          SELECT row_to_json(r$22) AS j
          FROM (
            SELECT t$21.registered AS registered, t$21.attended AS attended, t$21.absent AS absent
            FROM figures.attendance(t$20.id) AS t$21) AS r$22) AS j$23 ON true
        WHERE t$20.confederation_id = $3::UUID AND t$20.slug = $7::VARCHAR) AS r$24) AS event) AS r$25) END AS anon_1
