SELECT CASE WHEN (set_config($1::VARCHAR, $2::VARCHAR, true) IS NOT NULL)
THEN (
  SELECT row_to_json(r$202) AS j
  FROM (
    SELECT coalesce((
        SELECT row_to_json(r$2) AS j
        FROM (
          SELECT 'Affiliation'::text AS __typename, encode(convert_to('Affiliation:' || CAST(t$1.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM affiliation AS t$1
          WHERE t$1.confederation_id = $3::UUID AND t$1.id = $4::UUID) AS r$2), (
        SELECT row_to_json(r$4) AS j
        FROM (
          SELECT 'Association'::text AS __typename, encode(convert_to('Association:' || CAST(t$3.id AS TEXT), 'UTF8'), 'base64') AS id, t$3.slug AS slug
          FROM association AS t$3
          WHERE t$3.confederation_id = $3::UUID AND t$3.id = $5::UUID) AS r$4), (
        SELECT row_to_json(r$6) AS j
        FROM (
          SELECT 'Avenue'::text AS __typename, encode(convert_to('Avenue:' || CAST(t$5.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM avenue AS t$5
          WHERE t$5.confederation_id = $3::UUID AND t$5.id = $6::UUID) AS r$6), (
        SELECT row_to_json(r$8) AS j
        FROM (
          SELECT 'Confederation'::text AS __typename, encode(convert_to('Confederation:' || CAST(t$7.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM confederation AS t$7
          WHERE t$7.id = $7::UUID) AS r$8), (
        SELECT row_to_json(r$10) AS j
        FROM (
          SELECT 'Event'::text AS __typename, encode(convert_to('Event:' || CAST(t$9.id AS TEXT), 'UTF8'), 'base64') AS id, coalesce(t$9.title ->> $8::VARCHAR, t$9.title ->> $9::VARCHAR) AS title
          FROM event AS t$9
          WHERE t$9.confederation_id = $3::UUID AND t$9.id = $10::UUID) AS r$10), (
        SELECT row_to_json(r$12) AS j
        FROM (
          SELECT 'EventSeries'::text AS __typename, encode(convert_to('EventSeries:' || CAST(t$11.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM event_series AS t$11
          WHERE t$11.confederation_id = $3::UUID AND t$11.id = $11::UUID) AS r$12), (
        SELECT row_to_json(r$14) AS j
        FROM (
          SELECT 'Mandate'::text AS __typename, encode(convert_to('Mandate:' || CAST(t$13.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM mandate AS t$13
          WHERE t$13.confederation_id = $3::UUID AND t$13.id = $12::UUID) AS r$14), (
        SELECT row_to_json(r$16) AS j
        FROM (
          SELECT 'Membership'::text AS __typename, encode(convert_to('Membership:' || CAST(t$15.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM membership AS t$15
          WHERE t$15.confederation_id = $3::UUID AND t$15.id = $13::UUID) AS r$16), (
        SELECT row_to_json(r$18) AS j
        FROM (
          SELECT 'MembershipCategory'::text AS __typename, encode(convert_to('MembershipCategory:' || CAST(t$17.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM membership_category AS t$17
          WHERE t$17.confederation_id = $3::UUID AND t$17.id = $14::UUID) AS r$18), (
        SELECT row_to_json(r$20) AS j
        FROM (
          SELECT 'Person'::text AS __typename, encode(convert_to('Person:' || CAST(t$19.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM person AS t$19
          WHERE t$19.confederation_id = $3::UUID AND t$19.id = $15::UUID) AS r$20), (
        SELECT row_to_json(r$22) AS j
        FROM (
          SELECT 'Position'::text AS __typename, encode(convert_to('Position:' || CAST(t$21.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM position AS t$21
          WHERE t$21.confederation_id = $3::UUID AND t$21.id = $16::UUID) AS r$22), (
        SELECT row_to_json(r$24) AS j
        FROM (
          SELECT 'Registration'::text AS __typename, encode(convert_to('Registration:' || CAST(t$23.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM registration AS t$23
          WHERE t$23.confederation_id = $3::UUID AND t$23.id = $17::UUID) AS r$24), (
        SELECT row_to_json(r$26) AS j
        FROM (
          SELECT 'Report'::text AS __typename, encode(convert_to('Report:' || CAST(t$25.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM report AS t$25
          WHERE t$25.confederation_id = $3::UUID AND t$25.id = $18::UUID) AS r$26), (
        SELECT row_to_json(r$28) AS j
        FROM (
          SELECT 'SeatPool'::text AS __typename, encode(convert_to('SeatPool:' || CAST(t$27.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM seat_pool AS t$27
          WHERE t$27.confederation_id = $3::UUID AND t$27.id = $19::UUID) AS r$28), (
        SELECT row_to_json(r$30) AS j
        FROM (
          SELECT 'Segment'::text AS __typename, encode(convert_to('Segment:' || CAST(t$29.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM segment AS t$29
          WHERE t$29.confederation_id = $3::UUID AND t$29.id = $20::UUID) AS r$30), (
        SELECT row_to_json(r$32) AS j
        FROM (
          SELECT 'Speaker'::text AS __typename, encode(convert_to('Speaker:' || CAST(t$31.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM speaker AS t$31
          WHERE t$31.confederation_id = $3::UUID AND t$31.id = $21::UUID) AS r$32)) AS association, coalesce((
        SELECT row_to_json(r$34) AS j
        FROM (
          SELECT 'Affiliation'::text AS __typename
          FROM affiliation AS t$33
          WHERE t$33.confederation_id = $3::UUID AND t$33.id = $22::UUID) AS r$34), (
        SELECT row_to_json(r$36) AS j
        FROM (
          SELECT 'Association'::text AS __typename
          FROM association AS t$35
          WHERE t$35.confederation_id = $3::UUID AND t$35.id = $23::UUID) AS r$36), (
        SELECT row_to_json(r$38) AS j
        FROM (
          SELECT 'Avenue'::text AS __typename
          FROM avenue AS t$37
          WHERE t$37.confederation_id = $3::UUID AND t$37.id = $24::UUID) AS r$38), (
        SELECT row_to_json(r$40) AS j
        FROM (
          SELECT 'Confederation'::text AS __typename
          FROM confederation AS t$39
          WHERE t$39.id = $25::UUID) AS r$40), (
        SELECT row_to_json(r$45) AS j
        FROM (
          SELECT 'Event'::text AS __typename, t$41.slug AS slug, j$44.j AS association
          FROM event AS t$41
          LEFT OUTER JOIN LATERAL (
            SELECT row_to_json(r$43) AS j
            FROM (
              SELECT encode(convert_to('Association:' || CAST(t$42.id AS TEXT), 'UTF8'), 'base64') AS id
              FROM association AS t$42
              WHERE t$42.confederation_id = t$41.confederation_id AND t$41.association_id = t$42.id) AS r$43) AS j$44 ON true
          WHERE t$41.confederation_id = $3::UUID AND t$41.id = $26::UUID) AS r$45), (
        SELECT row_to_json(r$47) AS j
        FROM (
          SELECT 'EventSeries'::text AS __typename
          FROM event_series AS t$46
          WHERE t$46.confederation_id = $3::UUID AND t$46.id = $27::UUID) AS r$47), (
        SELECT row_to_json(r$49) AS j
        FROM (
          SELECT 'Mandate'::text AS __typename
          FROM mandate AS t$48
          WHERE t$48.confederation_id = $3::UUID AND t$48.id = $28::UUID) AS r$49), (
        SELECT row_to_json(r$51) AS j
        FROM (
          SELECT 'Membership'::text AS __typename
          FROM membership AS t$50
          WHERE t$50.confederation_id = $3::UUID AND t$50.id = $29::UUID) AS r$51), (
        SELECT row_to_json(r$53) AS j
        FROM (
          SELECT 'MembershipCategory'::text AS __typename
          FROM membership_category AS t$52
          WHERE t$52.confederation_id = $3::UUID AND t$52.id = $30::UUID) AS r$53), (
        SELECT row_to_json(r$55) AS j
        FROM (
          SELECT 'Person'::text AS __typename
          FROM person AS t$54
          WHERE t$54.confederation_id = $3::UUID AND t$54.id = $31::UUID) AS r$55), (
        SELECT row_to_json(r$57) AS j
        FROM (
          SELECT 'Position'::text AS __typename
          FROM position AS t$56
          WHERE t$56.confederation_id = $3::UUID AND t$56.id = $32::UUID) AS r$57), (
        SELECT row_to_json(r$59) AS j
        FROM (
          SELECT 'Registration'::text AS __typename
          FROM registration AS t$58
          WHERE t$58.confederation_id = $3::UUID AND t$58.id = $33::UUID) AS r$59), (
        SELECT row_to_json(r$61) AS j
        FROM (
          SELECT 'Report'::text AS __typename
          FROM report AS t$60
          WHERE t$60.confederation_id = $3::UUID AND t$60.id = $34::UUID) AS r$61), (
        SELECT row_to_json(r$63) AS j
        FROM (
          SELECT 'SeatPool'::text AS __typename
          FROM seat_pool AS t$62
          WHERE t$62.confederation_id = $3::UUID AND t$62.id = $35::UUID) AS r$63), (
        SELECT row_to_json(r$65) AS j
        FROM (
          SELECT 'Segment'::text AS __typename
          FROM segment AS t$64
          WHERE t$64.confederation_id = $3::UUID AND t$64.id = $36::UUID) AS r$65), (
        SELECT row_to_json(r$67) AS j
        FROM (
          SELECT 'Speaker'::text AS __typename
          FROM speaker AS t$66
          WHERE t$66.confederation_id = $3::UUID AND t$66.id = $37::UUID) AS r$67)) AS event, coalesce((
        SELECT row_to_json(r$69) AS j
        FROM (
          SELECT 'Affiliation'::text AS __typename
          FROM affiliation AS t$68
          WHERE t$68.confederation_id = $3::UUID AND t$68.id = $38::UUID) AS r$69), (
        SELECT row_to_json(r$71) AS j
        FROM (
          SELECT 'Association'::text AS __typename
          FROM association AS t$70
          WHERE t$70.confederation_id = $3::UUID AND t$70.id = $39::UUID) AS r$71), (
        SELECT row_to_json(r$73) AS j
        FROM (
          SELECT 'Avenue'::text AS __typename
          FROM avenue AS t$72
          WHERE t$72.confederation_id = $3::UUID AND t$72.id = $40::UUID) AS r$73), (
        SELECT row_to_json(r$75) AS j
        FROM (
          SELECT 'Confederation'::text AS __typename
          FROM confederation AS t$74
          WHERE t$74.id = $41::UUID) AS r$75), (
        SELECT row_to_json(r$80) AS j
        FROM (
          SELECT 'Event'::text AS __typename, t$76.slug AS slug, j$79.j AS association
          FROM event AS t$76
          LEFT OUTER JOIN LATERAL (
            SELECT row_to_json(r$78) AS j
            FROM (
              SELECT encode(convert_to('Association:' || CAST(t$77.id AS TEXT), 'UTF8'), 'base64') AS id
              FROM association AS t$77
              WHERE t$77.confederation_id = t$76.confederation_id AND t$76.association_id = t$77.id) AS r$78) AS j$79 ON true
          WHERE t$76.confederation_id = $3::UUID AND t$76.id = $42::UUID) AS r$80), (
        SELECT row_to_json(r$82) AS j
        FROM (
          SELECT 'EventSeries'::text AS __typename
          FROM event_series AS t$81
          WHERE t$81.confederation_id = $3::UUID AND t$81.id = $43::UUID) AS r$82), (
        SELECT row_to_json(r$84) AS j
        FROM (
          SELECT 'Mandate'::text AS __typename
          FROM mandate AS t$83
          WHERE t$83.confederation_id = $3::UUID AND t$83.id = $44::UUID) AS r$84), (
        SELECT row_to_json(r$86) AS j
        FROM (
          SELECT 'Membership'::text AS __typename
          FROM membership AS t$85
          WHERE t$85.confederation_id = $3::UUID AND t$85.id = $45::UUID) AS r$86), (
        SELECT row_to_json(r$88) AS j
        FROM (
          SELECT 'MembershipCategory'::text AS __typename
          FROM membership_category AS t$87
          WHERE t$87.confederation_id = $3::UUID AND t$87.id = $46::UUID) AS r$88), (
        SELECT row_to_json(r$90) AS j
        FROM (
          SELECT 'Person'::text AS __typename
          FROM person AS t$89
          WHERE t$89.confederation_id = $3::UUID AND t$89.id = $47::UUID) AS r$90), (
        SELECT row_to_json(r$92) AS j
        FROM (
          SELECT 'Position'::text AS __typename
          FROM position AS t$91
          WHERE t$91.confederation_id = $3::UUID AND t$91.id = $48::UUID) AS r$92), (
        SELECT row_to_json(r$94) AS j
        FROM (
          SELECT 'Registration'::text AS __typename
          FROM registration AS t$93
          WHERE t$93.confederation_id = $3::UUID AND t$93.id = $49::UUID) AS r$94), (
        SELECT row_to_json(r$96) AS j
        FROM (
          SELECT 'Report'::text AS __typename
          FROM report AS t$95
          WHERE t$95.confederation_id = $3::UUID AND t$95.id = $50::UUID) AS r$96), (
        SELECT row_to_json(r$98) AS j
        FROM (
          SELECT 'SeatPool'::text AS __typename
          FROM seat_pool AS t$97
          WHERE t$97.confederation_id = $3::UUID AND t$97.id = $51::UUID) AS r$98), (
        SELECT row_to_json(r$100) AS j
        FROM (
          SELECT 'Segment'::text AS __typename
          FROM segment AS t$99
          WHERE t$99.confederation_id = $3::UUID AND t$99.id = $52::UUID) AS r$100), (
        SELECT row_to_json(r$102) AS j
        FROM (
          SELECT 'Speaker'::text AS __typename
          FROM speaker AS t$101
          WHERE t$101.confederation_id = $3::UUID AND t$101.id = $53::UUID) AS r$102)) AS draft, coalesce((
        SELECT row_to_json(r$104) AS j
        FROM (
          SELECT 'Affiliation'::text AS __typename
          FROM affiliation AS t$103
          WHERE t$103.confederation_id = $3::UUID AND t$103.id = $54::UUID) AS r$104), (
        SELECT row_to_json(r$106) AS j
        FROM (
          SELECT 'Association'::text AS __typename
          FROM association AS t$105
          WHERE t$105.confederation_id = $3::UUID AND t$105.id = $55::UUID) AS r$106), (
        SELECT row_to_json(r$108) AS j
        FROM (
          SELECT 'Avenue'::text AS __typename
          FROM avenue AS t$107
          WHERE t$107.confederation_id = $3::UUID AND t$107.id = $56::UUID) AS r$108), (
        SELECT row_to_json(r$110) AS j
        FROM (
          SELECT 'Confederation'::text AS __typename
          FROM confederation AS t$109
          WHERE t$109.id = $57::UUID) AS r$110), (
        SELECT row_to_json(r$115) AS j
        FROM (
          SELECT 'Event'::text AS __typename, t$111.slug AS slug, j$114.j AS association
          FROM event AS t$111
          LEFT OUTER JOIN LATERAL (
            SELECT row_to_json(r$113) AS j
            FROM (
              SELECT encode(convert_to('Association:' || CAST(t$112.id AS TEXT), 'UTF8'), 'base64') AS id
              FROM association AS t$112
              WHERE t$112.confederation_id = t$111.confederation_id AND t$111.association_id = t$112.id) AS r$113) AS j$114 ON true
          WHERE t$111.confederation_id = $3::UUID AND t$111.id = $58::UUID) AS r$115), (
        SELECT row_to_json(r$117) AS j
        FROM (
          SELECT 'EventSeries'::text AS __typename
          FROM event_series AS t$116
          WHERE t$116.confederation_id = $3::UUID AND t$116.id = $59::UUID) AS r$117), (
        SELECT row_to_json(r$119) AS j
        FROM (
          SELECT 'Mandate'::text AS __typename
          FROM mandate AS t$118
          WHERE t$118.confederation_id = $3::UUID AND t$118.id = $60::UUID) AS r$119), (
        SELECT row_to_json(r$121) AS j
        FROM (
          SELECT 'Membership'::text AS __typename
          FROM membership AS t$120
          WHERE t$120.confederation_id = $3::UUID AND t$120.id = $61::UUID) AS r$121), (
        SELECT row_to_json(r$123) AS j
        FROM (
          SELECT 'MembershipCategory'::text AS __typename
          FROM membership_category AS t$122
          WHERE t$122.confederation_id = $3::UUID AND t$122.id = $62::UUID) AS r$123), (
        SELECT row_to_json(r$125) AS j
        FROM (
          SELECT 'Person'::text AS __typename
          FROM person AS t$124
          WHERE t$124.confederation_id = $3::UUID AND t$124.id = $63::UUID) AS r$125), (
        SELECT row_to_json(r$127) AS j
        FROM (
          SELECT 'Position'::text AS __typename
          FROM position AS t$126
          WHERE t$126.confederation_id = $3::UUID AND t$126.id = $64::UUID) AS r$127), (
        SELECT row_to_json(r$129) AS j
        FROM (
          SELECT 'Registration'::text AS __typename
          FROM registration AS t$128
          WHERE t$128.confederation_id = $3::UUID AND t$128.id = $65::UUID) AS r$129), (
        SELECT row_to_json(r$131) AS j
        FROM (
          SELECT 'Report'::text AS __typename
          FROM report AS t$130
          WHERE t$130.confederation_id = $3::UUID AND t$130.id = $66::UUID) AS r$131), (
        SELECT row_to_json(r$133) AS j
        FROM (
          SELECT 'SeatPool'::text AS __typename
          FROM seat_pool AS t$132
          WHERE t$132.confederation_id = $3::UUID AND t$132.id = $67::UUID) AS r$133), (
        SELECT row_to_json(r$135) AS j
        FROM (
          SELECT 'Segment'::text AS __typename
          FROM segment AS t$134
          WHERE t$134.confederation_id = $3::UUID AND t$134.id = $68::UUID) AS r$135), (
        SELECT row_to_json(r$137) AS j
        FROM (
          SELECT 'Speaker'::text AS __typename
          FROM speaker AS t$136
          WHERE t$136.confederation_id = $3::UUID AND t$136.id = $69::UUID) AS r$137)) AS elsewhere, coalesce((
        SELECT row_to_json(r$139) AS j
        FROM (
          SELECT encode(convert_to('Affiliation:' || CAST(t$138.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM affiliation AS t$138
          WHERE t$138.confederation_id = $3::UUID AND t$138.id = $70::UUID) AS r$139), (
        SELECT row_to_json(r$141) AS j
        FROM (
          SELECT encode(convert_to('Association:' || CAST(t$140.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM association AS t$140
          WHERE t$140.confederation_id = $3::UUID AND t$140.id = $71::UUID) AS r$141), (
        SELECT row_to_json(r$143) AS j
        FROM (
          SELECT encode(convert_to('Avenue:' || CAST(t$142.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM avenue AS t$142
          WHERE t$142.confederation_id = $3::UUID AND t$142.id = $72::UUID) AS r$143), (
        SELECT row_to_json(r$145) AS j
        FROM (
          SELECT encode(convert_to('Confederation:' || CAST(t$144.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM confederation AS t$144
          WHERE t$144.id = $73::UUID) AS r$145), (
        SELECT row_to_json(r$147) AS j
        FROM (
          SELECT encode(convert_to('Event:' || CAST(t$146.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM event AS t$146
          WHERE t$146.confederation_id = $3::UUID AND t$146.id = $74::UUID) AS r$147), (
        SELECT row_to_json(r$149) AS j
        FROM (
          SELECT encode(convert_to('EventSeries:' || CAST(t$148.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM event_series AS t$148
          WHERE t$148.confederation_id = $3::UUID AND t$148.id = $75::UUID) AS r$149), (
        SELECT row_to_json(r$151) AS j
        FROM (
          SELECT encode(convert_to('Mandate:' || CAST(t$150.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM mandate AS t$150
          WHERE t$150.confederation_id = $3::UUID AND t$150.id = $76::UUID) AS r$151), (
        SELECT row_to_json(r$153) AS j
        FROM (
          SELECT encode(convert_to('Membership:' || CAST(t$152.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM membership AS t$152
          WHERE t$152.confederation_id = $3::UUID AND t$152.id = $77::UUID) AS r$153), (
        SELECT row_to_json(r$155) AS j
        FROM (
          SELECT encode(convert_to('MembershipCategory:' || CAST(t$154.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM membership_category AS t$154
          WHERE t$154.confederation_id = $3::UUID AND t$154.id = $78::UUID) AS r$155), (
        SELECT row_to_json(r$157) AS j
        FROM (
          SELECT encode(convert_to('Person:' || CAST(t$156.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM person AS t$156
          WHERE t$156.confederation_id = $3::UUID AND t$156.id = $79::UUID) AS r$157), (
        SELECT row_to_json(r$159) AS j
        FROM (
          SELECT encode(convert_to('Position:' || CAST(t$158.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM position AS t$158
          WHERE t$158.confederation_id = $3::UUID AND t$158.id = $80::UUID) AS r$159), (
        SELECT row_to_json(r$161) AS j
        FROM (
          SELECT encode(convert_to('Registration:' || CAST(t$160.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM registration AS t$160
          WHERE t$160.confederation_id = $3::UUID AND t$160.id = $81::UUID) AS r$161), (
        SELECT row_to_json(r$163) AS j
        FROM (
          SELECT encode(convert_to('Report:' || CAST(t$162.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM report AS t$162
          WHERE t$162.confederation_id = $3::UUID AND t$162.id = $82::UUID) AS r$163), (
        SELECT row_to_json(r$165) AS j
        FROM (
          SELECT encode(convert_to('SeatPool:' || CAST(t$164.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM seat_pool AS t$164
          WHERE t$164.confederation_id = $3::UUID AND t$164.id = $83::UUID) AS r$165), (
        SELECT row_to_json(r$167) AS j
        FROM (
          SELECT encode(convert_to('Segment:' || CAST(t$166.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM segment AS t$166
          WHERE t$166.confederation_id = $3::UUID AND t$166.id = $84::UUID) AS r$167), (
        SELECT row_to_json(r$169) AS j
        FROM (
          SELECT encode(convert_to('Speaker:' || CAST(t$168.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM speaker AS t$168
          WHERE t$168.confederation_id = $3::UUID AND t$168.id = $85::UUID) AS r$169)) AS mislabelled, coalesce((
        SELECT row_to_json(r$171) AS j
        FROM (
          SELECT encode(convert_to('Affiliation:' || CAST(t$170.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM affiliation AS t$170
          WHERE t$170.confederation_id = $3::UUID AND t$170.id = $86::UUID) AS r$171), (
        SELECT row_to_json(r$173) AS j
        FROM (
          SELECT encode(convert_to('Association:' || CAST(t$172.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM association AS t$172
          WHERE t$172.confederation_id = $3::UUID AND t$172.id = $87::UUID) AS r$173), (
        SELECT row_to_json(r$175) AS j
        FROM (
          SELECT encode(convert_to('Avenue:' || CAST(t$174.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM avenue AS t$174
          WHERE t$174.confederation_id = $3::UUID AND t$174.id = $88::UUID) AS r$175), (
        SELECT row_to_json(r$177) AS j
        FROM (
          SELECT encode(convert_to('Confederation:' || CAST(t$176.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM confederation AS t$176
          WHERE t$176.id = $89::UUID) AS r$177), (
        SELECT row_to_json(r$179) AS j
        FROM (
          SELECT encode(convert_to('Event:' || CAST(t$178.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM event AS t$178
          WHERE t$178.confederation_id = $3::UUID AND t$178.id = $90::UUID) AS r$179), (
        SELECT row_to_json(r$181) AS j
        FROM (
          SELECT encode(convert_to('EventSeries:' || CAST(t$180.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM event_series AS t$180
          WHERE t$180.confederation_id = $3::UUID AND t$180.id = $91::UUID) AS r$181), (
        SELECT row_to_json(r$183) AS j
        FROM (
          SELECT encode(convert_to('Mandate:' || CAST(t$182.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM mandate AS t$182
          WHERE t$182.confederation_id = $3::UUID AND t$182.id = $92::UUID) AS r$183), (
        SELECT row_to_json(r$185) AS j
        FROM (
          SELECT encode(convert_to('Membership:' || CAST(t$184.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM membership AS t$184
          WHERE t$184.confederation_id = $3::UUID AND t$184.id = $93::UUID) AS r$185), (
        SELECT row_to_json(r$187) AS j
        FROM (
          SELECT encode(convert_to('MembershipCategory:' || CAST(t$186.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM membership_category AS t$186
          WHERE t$186.confederation_id = $3::UUID AND t$186.id = $94::UUID) AS r$187), (
        SELECT row_to_json(r$189) AS j
        FROM (
          SELECT encode(convert_to('Person:' || CAST(t$188.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM person AS t$188
          WHERE t$188.confederation_id = $3::UUID AND t$188.id = $95::UUID) AS r$189), (
        SELECT row_to_json(r$191) AS j
        FROM (
          SELECT encode(convert_to('Position:' || CAST(t$190.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM position AS t$190
          WHERE t$190.confederation_id = $3::UUID AND t$190.id = $96::UUID) AS r$191), (
        SELECT row_to_json(r$193) AS j
        FROM (
          SELECT encode(convert_to('Registration:' || CAST(t$192.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM registration AS t$192
          WHERE t$192.confederation_id = $3::UUID AND t$192.id = $97::UUID) AS r$193), (
        SELECT row_to_json(r$195) AS j
        FROM (
          SELECT encode(convert_to('Report:' || CAST(t$194.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM report AS t$194
          WHERE t$194.confederation_id = $3::UUID AND t$194.id = $98::UUID) AS r$195), (
        SELECT row_to_json(r$197) AS j
        FROM (
          SELECT encode(convert_to('SeatPool:' || CAST(t$196.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM seat_pool AS t$196
          WHERE t$196.confederation_id = $3::UUID AND t$196.id = $99::UUID) AS r$197), (
        SELECT row_to_json(r$199) AS j
        FROM (
          SELECT encode(convert_to('Segment:' || CAST(t$198.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM segment AS t$198
          WHERE t$198.confederation_id = $3::UUID AND t$198.id = $100::UUID) AS r$199), (
        SELECT row_to_json(r$201) AS j
        FROM (
          SELECT encode(convert_to('Speaker:' || CAST(t$200.id AS TEXT), 'UTF8'), 'base64') AS id
          FROM speaker AS t$200
          WHERE t$200.confederation_id = $3::UUID AND t$200.id = $101::UUID) AS r$201)) AS garbage) AS r$202) END AS anon_1
