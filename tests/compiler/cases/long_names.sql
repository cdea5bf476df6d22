SELECT CASE WHEN (set_config($1::VARCHAR, $2::VARCHAR, true) IS NOT NULL)
THEN (
  SELECT row_to_json(r$6) AS j
  FROM (
    SELECT (
      SELECT row_to_json(r$5) AS j
      FROM (
        SELECT (
          SELECT CAST(count(*) AS INTEGER) AS count_1
          FROM association AS t$4
          WHERE t$4.confederation_id = $3::UUID) AS n, array((
            SELECT row_to_json(r$3) AS row_to_json_1
            FROM (
              SELECT t$2.slug AS "select", t$2.slug AS "a_key_that_is_exactly_as_long_as_a_name_may_be_in_PostgreSQL_63", t$2.slug AS "$36ef6e55fa5d108969c736e82478ad16", t$2.kind AS "$12f9ab5afb0e1a9a40c31cb2bbbcb9a5"
              FROM (
                SELECT t$1.confederation_id AS confederation_id, t$1.id AS id, t$1.created_at AS created_at, t$1.updated_at AS updated_at, t$1.slug AS slug, t$1.name AS name, t$1.about AS about, t$1.kind AS kind, t$1.sector AS sector, t$1.website AS website
                FROM association AS t$1
                WHERE t$1.confederation_id = $3::UUID
                ORDER BY t$1.slug, t$1.id
                LIMIT $4::INTEGER) AS t$2
              ORDER BY t$2.slug, t$2.id) AS r$3)) AS t) AS r$5) AS r) AS r$6) END AS anon_1
