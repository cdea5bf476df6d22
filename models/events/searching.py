"""Names as the desk looks for them: without accents, and as sets of trigrams that forgive a slip of the keys.

Row security keeps PostgreSQL from using a trigram index (LIKE and similarity could leak what they compare), also below
a SECURITY DEFINER function, whose role is bound like any other. So nothing here is an index: each row carries its
name's trigrams as 256 bits, and a search counts common bits over the one event's rows. It runs with the asker's own
rights. Counting costs a row about 0.2 µs, comparing trigrams would cost it 4.
"""

from sqlalchemy import Column, Computed, Text
from sqlalchemy.dialects.postgresql import BIT
from sqlmodel import SQLModel

from models.base.figures import foundation, routine
from models.base.personal import classified
from models.base.policies import permission_setting, setting
from models.events.registrations import READ_REGISTRATIONS, Registration, RegistrationGuest

SIGNATURE_BITS = 256
"""Number of bits of a trigram signature. A usual name sets a tenth of them, so few names match by chance."""

MOST_NAMES_FOUND = 20
"""Maximum number of results of a name search. Type more letters to find the others."""

searchable = foundation(
    "searchable(said text)",
    "text",
    r"""
  select '  ' || btrim(regexp_replace(
    regexp_replace(
      replace(replace(replace(translate(lower(normalize(said, nfkd)),
        'øłđð', 'oldd'), 'œ', 'oe'), 'æ', 'ae'), 'ß', 'ss'),
      '[\u0300-\u036f]', '', 'g'),
    '[-\s''’`´.,;/\\()"%_*+&@!?–—]+', '  ', 'g')) || ' '
""",
)
"""Text as it is looked for: lower case, no accents, two spaces before each word and one behind the last.

So a word's trigrams, which begin with two spaces and end with one, are parts of the text.
"""

trigram_bits = foundation(
    "trigram_bits(said text)",
    f"bit({SIGNATURE_BITS})",
    f"""
  select coalesce(
    bit_or(set_bit(b'0'::bit({SIGNATURE_BITS}), hashtext(substr('  ' || word || ' ', i, 3)) & {SIGNATURE_BITS - 1}, 1)),
    b'0'::bit({SIGNATURE_BITS}))
  from regexp_split_to_table(btrim(said), ' +') word cross join generate_series(1, length(word) + 1) i
  where word <> ''
""",
)
"""The trigrams of each word, two spaces before it and one behind, each as one of the bits."""


def _looked_for_by_name(model: type[SQLModel]) -> None:
    """Give a table its searchable columns. They are no model attributes: rows are read and written without them."""
    table = model.__table__  # type: ignore[attr-defined]
    table.append_column(Column("search", Text, Computed("searchable(name)", persisted=True), nullable=False))
    table.append_column(
        Column(
            "trigrams", BIT(SIGNATURE_BITS), Computed("trigram_bits(searchable(name))", persisted=True), nullable=False
        )
    )
    classified(model, personal={"person_id": "search trigrams"})


_looked_for_by_name(Registration)
_looked_for_by_name(RegistrationGuest)


def _hits(table: str, registration_id: str) -> str:
    """The rows of the event that may be meant, and how well they fit."""
    return f"""
    select row.{registration_id} as id, row.search, row.search like all (asked.prefixes) as by_words,
      asked.is_code and starts_with(row.ticket_code, asked.code) as by_code,
      case when asked.needed = 0 then 0 else (
        select count(*) from unnest(asked.each) one where position(one in row.search) > 0
      ) end as shared
    from asked, public.{table} row
    where row.confederation_id = {setting("tenant", "uuid")} and row.event_id = of_event
      and row.association_id = any({permission_setting(READ_REGISTRATIONS)})
      and (bit_count(row.trigrams & asked.bits) >= asked.needed_bits
        or asked.is_code and starts_with(row.ticket_code, asked.code))"""


# The bits let some pass by chance, and none too few: trigrams are counted for those that pass. A word of n letters that
# begins another shares n of its n + 1 trigrams, so whatever is found by words is found by bits.
found_at_desk = routine(
    "found_at_desk(of_event uuid, said text, most int)",
    "setof public.registration",
    f"""
  with asked as materialized (
    select words, bits, code, code ~ '^[0-9A-F]{{4,}}$' as is_code, each, (cardinality(each) * 2 + 4) / 5 as needed,
      -- Where several of its trigrams are one bit, fewer bits are shared. None is needed where nothing is said.
      least(cardinality(each), greatest(1, (cardinality(each) * 2 + 4) / 5 - cardinality(each) + bit_count(bits)))
        as needed_bits,
      (select array_agg('% ' || word || '%') from regexp_split_to_table(btrim(words), ' +') word) as prefixes
    from (
      select words, public.trigram_bits(words) as bits, code, array(
          select distinct substr('  ' || word || ' ', i, 3)
          from regexp_split_to_table(btrim(words), ' +') word cross join generate_series(1, length(word) + 1) i
          where word <> ''
        ) as each
      from (
        select public.searchable(text) as words, upper(regexp_replace(text, '\\s', '', 'g')) as code
        from (select substr(coalesce(said, ''), 1, 100) as text) given
      ) read
    ) known
  ), hit as (
    select distinct on (id) * from ({_hits("registration", "id")}
    union all{_hits("registration_guest", "registration_id")}
    offset 0) every  -- so that what is shared is counted once
    where by_code or shared >= (select needed from asked)
    order by id, by_code desc, by_words desc, shared desc
  )
  select registration.* from (
    select *, row_number() over (
      order by by_code desc, by_words desc, shared desc, case when shared > 0 then length(search) end,
        search collate "C", id
    ) as place
    from hit order by place limit least(greatest(coalesce(most, {MOST_NAMES_FOUND}), 0), {MOST_NAMES_FOUND})
  ) best join public.registration
    on registration.confederation_id = {setting("tenant", "uuid")} and registration.id = best.id
  order by place
""",
)
"""An event's registrations by a name on them or on a guest's ticket, or by a ticket's code; best first.

Every word said begins a word of the name, in whatever order; else two fifths of the trigrams are shared, which a slip
of the keys or two leaves. A code may be cut short to four letters. Where nothing is said: anybody, by name.

For who holds `registrations.read`, by row security and once more by the function: one's own registration is no desk's
business to find.
"""
