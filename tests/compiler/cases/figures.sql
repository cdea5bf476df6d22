SELECT CASE WHEN (set_config($1::VARCHAR, $2::VARCHAR, true) IS NOT NULL)
THEN (
  SELECT row_to_json(r$28) AS j
  FROM (
    SELECT (
      SELECT row_to_json(r$17) AS j
      FROM (
        SELECT j$16.j AS headcount
        FROM confederation AS t$1
        LEFT OUTER JOIN LATERAL (
          SELECT row_to_json(r$15) AS j
          FROM (
            SELECT t$2.day AS "asOf", 'ONCE_BY_MAIN_POSITION'::text AS rule, t$2.total AS total, t$2.part_time AS "partTime", t$2.full_time AS "fullTime", j$5.j AS "byPositionClass", j$8.j AS "bySector", j$14.j AS "byAssociation"
            FROM figures.headcount(CAST(NULL AS UUID), $3::DATE) AS t$2
            LEFT OUTER JOIN LATERAL (
              SELECT array((
                  SELECT row_to_json(r$4) AS row_to_json_1
                  FROM (
                    SELECT t$3.position_class AS "positionClass", t$3.count AS count
                    FROM figures.headcount_by_class(t$2.association_id, t$2.day) WITH ORDINALITY AS t$3
                    ORDER BY t$3.ordinality
                    LIMIT 100) AS r$4)) AS j) AS j$5 ON true
            LEFT OUTER JOIN LATERAL (
              SELECT array((
                  SELECT row_to_json(r$7) AS row_to_json_2
                  FROM (
                    SELECT t$6.sector AS sector, t$6.count AS count
                    FROM figures.headcount_by_sector(t$2.association_id, t$2.day) WITH ORDINALITY AS t$6
                    ORDER BY t$6.ordinality
                    LIMIT 100) AS r$7)) AS j) AS j$8 ON true
            LEFT OUTER JOIN LATERAL (
              SELECT array((
                  SELECT row_to_json(r$13) AS row_to_json_3
                  FROM (
                    SELECT j$12.j AS association, t$9.count AS count
                    FROM figures.headcount_by_association(t$2.association_id, t$2.day) WITH ORDINALITY AS t$9
                    LEFT OUTER JOIN LATERAL (
                      SELECT row_to_json(r$11) AS j
                      FROM (
                        SELECT t$10.slug AS slug
                        FROM association AS t$10
                        WHERE t$10.confederation_id = $4::UUID AND t$10.id = t$9.association_id) AS r$11) AS j$12 ON true
                    ORDER BY t$9.ordinality
                    LIMIT 500) AS r$13)) AS j) AS j$14 ON true) AS r$15) AS j$16 ON true
        WHERE t$1.id = $4::UUID) AS r$17) AS confederation, (
      SELECT row_to_json(r$22) AS j
      FROM (
        SELECT j$21.j AS headcount
        FROM association AS t$18
        LEFT OUTER JOIN LATERAL (
          SELECT row_to_json(r$20) AS j
          FROM (
            SELECT t$19.day AS "asOf", t$19.total AS total
            FROM figures.headcount(t$18.id, $5::DATE) AS t$19) AS r$20) AS j$21 ON true
        WHERE t$18.confederation_id = $4::UUID AND t$18.slug = $6::VARCHAR) AS r$22) AS association, (
      SELECT row_to_json(r$27) AS j
      FROM (
        SELECT j$26.j AS attendance
        FROM event AS t$23
        LEFT OUTER JOIN LATERAL (
          SELECT row_to_json(r$25) AS j
          FROM (
            SELECT t$24.registered AS registered, t$24.attended AS attended, t$24.absent AS absent
            FROM figures.attendance(t$23.id) AS t$24) AS r$25) AS j$26 ON true
        WHERE t$23.confederation_id = $4::UUID AND t$23.slug = $7::VARCHAR) AS r$27) AS event) AS r$28) END AS anon_1
