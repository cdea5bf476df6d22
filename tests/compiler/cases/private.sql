SELECT CASE WHEN (set_config($1::VARCHAR, $2::VARCHAR, true) IS NOT NULL)
THEN (
  SELECT row_to_json(r$25) AS j
  FROM (
    SELECT (
      SELECT row_to_json(r$8) AS j
      FROM (
        SELECT t$1.given_name AS "givenName", j$7.j AS memberships, t$1.id AS "$id", t$1.association_ids AS "$association_ids"
        FROM person AS t$1
        LEFT OUTER JOIN LATERAL (
          SELECT array((
              SELECT row_to_json(r$6) AS row_to_json_1
              FROM (
                SELECT membership_status(t$2.joined_on, t$2.starts_on, t$2.ends_on, t$2.grace_until, t$2.cancelled_on, t$2.cancellation_reason, t$2.override_status, t$2.override_until, $3::DATE) AS status, j$5.j AS association
                FROM membership AS t$2
                LEFT OUTER JOIN LATERAL (
                  SELECT row_to_json(r$4) AS j
                  FROM (
                    SELECT t$3.slug AS slug
                    FROM association AS t$3
                    WHERE t$3.confederation_id = t$2.confederation_id AND t$2.association_id = t$3.id) AS r$4) AS j$5 ON true
                WHERE t$2.confederation_id = t$1.confederation_id AND t$2.person_id = t$1.id
                ORDER BY t$2.joined_on, t$2.id
                LIMIT 50) AS r$6)) AS j) AS j$7 ON true
        WHERE t$1.confederation_id = $4::UUID AND t$1.id = $5::UUID) AS r$8) AS me, (
      SELECT row_to_json(r$24) AS j
      FROM (
        SELECT j$23.j AS memberships
        FROM association AS t$9
        LEFT OUTER JOIN LATERAL (
          SELECT row_to_json(r$22) AS j
          FROM (
            SELECT (
              SELECT CAST(count(*) AS INTEGER) AS count_1
              FROM membership AS t$21
              WHERE t$21.confederation_id = t$9.confederation_id AND t$21.association_id = t$9.id) AS "totalCount", array((
                SELECT row_to_json(r$20) AS row_to_json_2
                FROM (
                  SELECT t$11.number AS number, j$19.j AS person
                  FROM (
                    SELECT t$10.confederation_id AS confederation_id, t$10.id AS id, t$10.created_at AS created_at, t$10.updated_at AS updated_at, t$10.person_id AS person_id, t$10.association_id AS association_id, t$10.category_id AS category_id, t$10.number AS number, t$10.joined_on AS joined_on, t$10.starts_on AS starts_on, t$10.ends_on AS ends_on, t$10.grace_until AS grace_until, t$10.cancelled_on AS cancelled_on, t$10.cancellation_reason AS cancellation_reason, t$10.override_status AS override_status, t$10.override_reason AS override_reason, t$10.override_until AS override_until
                    FROM membership AS t$10
                    WHERE t$10.confederation_id = t$9.confederation_id AND t$10.association_id = t$9.id
                    ORDER BY t$10.joined_on, t$10.id
                    LIMIT $6::INTEGER) AS t$11
                  LEFT OUTER JOIN LATERAL (
                    SELECT row_to_json(r$18) AS j
                    FROM (
                      SELECT t$12.given_name AS "givenName", (
                        SELECT array((
                            SELECT row_to_json(r$17) AS row_to_json_3
                            FROM (
                              SELECT t$13.title AS title, j$16.j AS "reportsTo"
                              FROM position AS t$13
                              LEFT OUTER JOIN LATERAL (
                                SELECT row_to_json(r$15) AS j
                                FROM (
                                  SELECT t$14.title AS title
                                  FROM position AS t$14
                                  WHERE t$14.confederation_id = t$13.confederation_id AND t$13.reports_to_id = t$14.id) AS r$15) AS j$16 ON true
                              WHERE t$13.confederation_id = t$12.confederation_id AND t$13.person_id = t$12.id
                              ORDER BY t$13.starts_on DESC, t$13.id DESC
                              LIMIT 50) AS r$17)) AS j) AS positions
                      FROM person AS t$12
                      WHERE t$12.confederation_id = t$11.confederation_id AND t$11.person_id = t$12.id) AS r$18) AS j$19 ON true
                  ORDER BY t$11.joined_on, t$11.id) AS r$20)) AS nodes) AS r$22) AS j$23 ON true
        WHERE t$9.confederation_id = $4::UUID AND t$9.slug = $7::VARCHAR) AS r$24) AS association) AS r$25) END AS anon_1
