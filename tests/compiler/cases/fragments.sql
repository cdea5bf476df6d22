SELECT CASE WHEN (set_config($1::VARCHAR, $2::VARCHAR, true) IS NOT NULL)
THEN (
  SELECT row_to_json(r$6) AS j
  FROM (
    SELECT (
      SELECT row_to_json(r$5) AS j
      FROM (
        SELECT t$1.slug AS a, t$1.city AS place, t$1.slug AS b, j$4.j AS association, encode(convert_to('Event:' || CAST(t$1.id AS TEXT), 'UTF8'), 'base64') AS id
        FROM event AS t$1
        LEFT OUTER JOIN LATERAL (
          SELECT row_to_json(r$3) AS j
          FROM (
            SELECT t$2.slug AS slug, coalesce(t$2.name ->> $3::VARCHAR, t$2.name ->> $4::VARCHAR) AS name
            FROM association AS t$2
            WHERE t$2.confederation_id = t$1.confederation_id AND t$1.association_id = t$2.id) AS r$3) AS j$4 ON true
        WHERE t$1.confederation_id = $5::UUID AND t$1.slug = $6::VARCHAR) AS r$5) AS event) AS r$6) END AS anon_1
