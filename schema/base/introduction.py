"""The description of the schema as a whole: what holds for all types, fields and mutations."""

INTRODUCTION = """\
The membership backend of a confederation of associations. The confederation is the tenant and part of the endpoint's
URL. Credentials of one confederation are refused by every other.

**Who sees what.** The description of each type names its tier of confidentiality:

- PUBLIC: everybody, anonymous readers included. Drafts are visible to the staff of their association only.
- MEMBERS: members of the owning association, members of the associations affiliated with it, and its staff.
- STAFF: persons with a role in the owning association that has the permission, and the person whom a row is about.
- PARTICIPANTS: the participants alone, such as the two persons of a pairing. Administrators do not see it.
- SEALED: nobody. Ballots, for example, are read by the service that counts them and by nothing else.

A row that the reader may not see does not exist for them: it is null, absent from lists and totals, and mutations
answer as for an ID that does not exist. Figures about fewer than five persons are null.

**IDs.** `id` is a global ID: opaque, unique among all types, and accepted by `node`. A `slug` is the name in URLs,
unique in the confederation.

**Errors and problems.** A mutation returns its payload or one of its declared problems, such as `RegistrationClosed`.
A problem is an expected refusal with a `code`, a message for people in the language of the request, and the path of
the input that it is about. After a problem nothing has changed. `errors` is for invalid requests, for limits, and for
unexpected failures; these contain only an identifier under which the server's log has the details.

**Dry runs.** With `dryRun: true` a mutation runs, returns its outcome as a `…Preview`, and is rolled back. A preview
has no ID, so that no client's cache takes it for a real object.

**Updates.** In the input of an `update…` mutation an absent field leaves the value unchanged, and null clears it.

**Idempotency keys.** A client that loses its connection cannot know whether its mutation was done. If it sends the
same `idempotencyKey` with the same input again, it gets the first answer and nothing is done twice. The same key with
another input is refused. After a problem the key can be used again.

**Languages.** Texts are stored by language. The argument `locale` chooses one; without it the `Accept-Language` header
does, then the confederation's languages in their order. Official texts, such as a counterpart's answer, do not fall
back: they are null if they do not exist in that language. A field that ends in `Translations` returns all languages.

**Lists.** A list that can grow without bound is a connection, with `first` and `after` or `last` and `before`, `nodes`
or `edges`, and `totalCount`. Other lists are short and complete.

**Time and money.** A `DateTime` is in UTC; an event has a time zone of its own. Periods include their last day. A
`Decimal` is text, so that no digit is lost.

**Cost.** `extensions.cost` contains the cost of the request and what is left of the hourly quota.
"""
