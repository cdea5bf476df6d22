SELECT CASE WHEN (set_config($1::VARCHAR, $2::VARCHAR, true) IS NOT NULL)
THEN (
  SELECT row_to_json(r$7) AS j
  FROM (
    SELECT (
      SELECT row_to_json(r$6) AS j
      FROM (
        SELECT array((
            SELECT row_to_json(r$5) AS row_to_json_1
            FROM (
              SELECT coalesce(t$2.name ->> $3::VARCHAR, t$2.name ->> $4::VARCHAR) AS name, coalesce(t$2.about ->> $3::VARCHAR, t$2.about ->> $4::VARCHAR) AS about, coalesce(t$2.about ->> $5::VARCHAR, t$2.about ->> $6::VARCHAR) AS "inFrench", coalesce(t$2.about ->> $3::VARCHAR, t$2.about ->> $4::VARCHAR) AS "asAsked", (
                SELECT array((
                    SELECT row_to_json(r$4) AS row_to_json_2
                    FROM (
                      SELECT upper(t$3.key) AS locale, t$3.value AS text
                      FROM jsonb_each_text(t$2.about) AS t$3
                      ORDER BY t$3.key) AS r$4)) AS j) AS "aboutTranslations"
              FROM (
                SELECT t$1.confederation_id AS confederation_id, t$1.id AS id, t$1.created_at AS created_at, t$1.updated_at AS updated_at, t$1.slug AS slug, t$1.name AS name, t$1.about AS about, t$1.kind AS kind, t$1.sector AS sector, t$1.website AS website
                FROM association AS t$1
                WHERE t$1.confederation_id = $7::UUID
                ORDER BY t$1.slug, t$1.id
                LIMIT $8::INTEGER) AS t$2
              ORDER BY t$2.slug, t$2.id) AS r$5)) AS nodes) AS r$6) AS associations) AS r$7) END AS anon_1
