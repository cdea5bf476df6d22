SELECT CASE WHEN (set_config($1::VARCHAR, $2::VARCHAR, true) IS NOT NULL)
THEN (
  SELECT row_to_json(r$5) AS j
  FROM (
    SELECT (
      SELECT row_to_json(r$2) AS j
      FROM (
        SELECT encode(convert_to('Event:' || CAST(t$1.id AS TEXT), 'UTF8'), 'base64') AS id, t$1.slug AS slug, t$1.kind AS kind, t$1.edition AS edition, t$1.starts_at AS "startsAt", t$1.ends_at AS "endsAt", t$1.venue AS venue, t$1.city AS city, t$1.languages AS languages, t$1.registration_opens_at AS "registrationOpensAt"
        FROM event AS t$1
        WHERE t$1.confederation_id = $3::UUID AND t$1.slug = $4::VARCHAR) AS r$2) AS event, (
      SELECT row_to_json(r$4) AS j
      FROM (
        SELECT t$3.published AS published
        FROM segment AS t$3
        WHERE t$3.confederation_id = $3::UUID AND t$3.slug = $5::VARCHAR) AS r$4) AS segment) AS r$5) END AS anon_1
