"""The description of the schema itself: what holds for every type, field and mutation."""

INTRODUCTION = """\
The membership backend of a confederation of associations. The confederation is the tenant and part of the endpoint's
address. Credentials of one confederation are refused by every other.

**Who sees what.** The description of each type names its tier of confidentiality:

- PUBLIC: everybody, anonymous readers included. Drafts are seen by the staff of their association only.
- MEMBERS: members of the owning association, members of the associations affiliated with it, and its staff.
- STAFF: persons with a role in the owning association whose permissions include it, and the person whom a row is
  about.
- PARTICIPANTS: the participants alone, such as the two persons of a pairing. Administrators do not see it.
- SEALED: nobody. Ballots, for example, are read by the service that counts them and by nothing else.

A row that the reader may not see does not exist for them: it is null, absent from lists and totals, and every
mutation answers as it does for an identifier that does not exist. Figures about fewer than five persons are null.

**Identifiers.** `id` is a global identifier: opaque, unique among all types, and accepted by `node`. A `slug` is the
name in addresses, unique in the confederation.

**Errors and problems.** A mutation answers its payload or a problem that it declares, such as `RegistrationClosed`: a
problem is an expected refusal with a `code`, a message for people in the language asked for, and the path of the
input that it is about. After a problem nothing has changed. `errors` is for requests that are not valid, for limits,
and for unexpected failures, which say nothing but an identifier that the server's log has too.

**Dry runs.** With `dryRun: true` a mutation does everything, answers what would happen as a `…Preview`, and undoes it.
A preview has no identifiers, so that no client's cache takes it for real.

**Updates.** In the input of an `update…` mutation an absent field leaves the value as it is, and null clears it.

**Idempotency keys.** A client whose connection broke cannot know whether its mutation was done. If it sends the same
`idempotencyKey` with the same input again, it gets the first answer and nothing is done twice. The same key with
another input is refused. After a problem the key is free again.

**Languages.** Texts are kept by language. `locale` prefers one; without it `Accept-Language` does, then the languages
of the confederation in their order. Official texts, such as a counterpart's answer, do not fall back: they are null
where they do not exist in that language. A field that ends in `Translations` gives every language.

**Lists.** A list that can grow is a connection, with `first` and `after` or `last` and `before`, `nodes` or `edges`,
and `totalCount`. Other lists are short and complete.

**Time and money.** A `DateTime` is in UTC; an event names its own time zone. Periods include their last day. A
`Decimal` is text, so that no digit is lost.

**Cost.** `extensions.cost` says what a request cost and what is left of the hour.
"""
