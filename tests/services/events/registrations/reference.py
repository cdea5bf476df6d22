"""What the registration office should do, said a second time and plainly: lists, no counters, no locks, no database.

Hours are counted from the beginning of an example; persons, pools and associations by numbers. An operation answers the
name of its refusal, or null. `tests/services/events/registrations/test_registration_machine.py` holds the office to it.
"""

from dataclasses import dataclass, field

LARGEST_PARTY = 3
HOLDING = ("CONFIRMED", "OFFERED", "NO_SHOW")
BEFORE_HELD = ("PUBLISHED", "OPEN", "CLOSED", "POSTPONED")
MEMBERS = {0: (0, 1, 2), 1: (0, 1, 2, 3)}
"""Whom an association's allotment is for: the second is the first's umbrella, and has a member of its own."""
STEPS = {
    "OPEN": ("PUBLISHED", "CLOSED", "POSTPONED"),
    "CLOSED": ("OPEN",),
    "POSTPONED": BEFORE_HELD,
    "HELD": ("OPEN", "CLOSED"),
    "CANCELLED": BEFORE_HELD,
}


@dataclass(eq=False)
class Allotment:
    """Seats of a pool kept for an association."""

    pool: int
    association: int
    seats: int
    releases: int
    released: bool = False


@dataclass(eq=False)
class Entry:
    """A registration, in the order of arrival."""

    person: int
    pool: int
    seats: int
    state: str = "WAITLISTED"
    priority: int = 0
    allotment: Allotment | None = None
    expires: int | None = None
    counts: bool = True


@dataclass
class Reference:
    """One event with its pools. `capacity`: by pool."""

    capacity: list[int | None]
    offer_hours: int
    may_pass: bool
    state: str = "OPEN"
    starts: int = 100
    now: int = 0
    entries: list[Entry] = field(default_factory=list)
    allotments: list[Allotment] = field(default_factory=list)
    made: list[Entry] = field(default_factory=list)
    """The entries as they were made: who comes in somebody's stead has an earlier arrival."""

    def register(self, person: int, pool: int, seats: int) -> str | None:
        if self.state in ("PUBLISHED", "POSTPONED"):
            return "RegistrationNotOpen"
        if self.state != "OPEN" or self.now >= self.starts:
            return "RegistrationClosed"
        return self._place(person, pool, seats)

    def register_on_behalf(self, person: int, pool: int, seats: int, role: str) -> str | None:
        if self.state == "POSTPONED":
            return "RegistrationNotOpen"
        if self.state not in BEFORE_HELD:
            return "RegistrationClosed"
        return self._place(person, pool, seats, counts=role != "STAFF")

    def _place(self, person: int, pool: int, seats: int, *, counts: bool = True) -> str | None:
        if any(e.person == person and e.state != "CANCELLED" for e in self.entries):
            return "AlreadyRegistered"
        if seats > LARGEST_PARTY:
            return "PartyTooLarge"
        entry = Entry(person, pool, seats if counts else 0, counts=counts)
        self.entries.append(entry)
        self.made.append(entry)
        if source := self._found(entry):
            entry.state, entry.allotment = "CONFIRMED", source[0]
        return None

    def group(self, persons: tuple[int, ...], pool: int, may_wait: bool) -> str | None:
        entries, made = [*self.entries], [*self.made]
        for person in persons:
            if refusal := self.register_on_behalf(person, pool, 1, "PARTICIPANT"):
                self.entries, self.made = entries, made
                return refusal
        if not may_wait and any(entry.state == "WAITLISTED" for entry in self.made[len(made) :]):
            self.entries, self.made = entries, made
            return "NotEnoughSeats"
        return None

    def move(self, person: int, to: int) -> str | None:
        entry = self.last(person)
        if refusal := self._against_change(entry):
            return refusal
        if self.state == "POSTPONED":
            return "RegistrationNotOpen"
        if any(e.person == to and e.state != "CANCELLED" for e in self.entries):
            return "AlreadyRegistered"
        if entry.allotment and not entry.allotment.released and to not in MEMBERS[entry.allotment.association]:
            return "SeatsKeptForOthers"
        instead = Entry(**vars(entry) | {"person": to})
        entry.state, entry.expires = "CANCELLED", None
        self.entries.insert(self.entries.index(entry) + 1, instead)
        self.made.append(instead)
        self._serve(entry.pool)
        return None

    def _against_change(self, entry: Entry) -> str | None:
        if entry.state not in ("CONFIRMED", "OFFERED", "WAITLISTED"):
            return "WrongRegistrationState"
        return None if self.state in BEFORE_HELD else "WrongEventState"

    def cancel(self, person: int) -> str | None:
        return self._leave(person, ("CONFIRMED", "OFFERED", "WAITLISTED"))

    def decline(self, person: int) -> str | None:
        return self._leave(person, ("OFFERED",))

    def _leave(self, person: int, states: tuple[str, ...]) -> str | None:
        entry = self.last(person)
        if entry.state not in states:
            return "WrongRegistrationState"
        if self.state not in BEFORE_HELD:
            return "WrongEventState"
        entry.state, entry.expires = "CANCELLED", None
        self._serve(entry.pool)
        return None

    def accept(self, person: int) -> str | None:
        entry = self.last(person)
        if entry.state != "OFFERED":
            return "WrongRegistrationState"
        if entry.expires is not None and self.now >= entry.expires:
            return "OfferExpired"
        entry.state, entry.expires = "CONFIRMED", None
        return None

    def edit(self, person: int, pool: int, seats: int) -> str | None:
        entry = self.last(person)
        if refusal := self._against_change(entry):
            return refusal
        if seats > LARGEST_PARTY:
            return "PartyTooLarge"
        before, seats = entry.pool, seats if entry.counts else 0
        if (pool != before or seats > entry.seats) and self.state == "POSTPONED":
            return "RegistrationNotOpen"
        # Whoever changes pools comes last there; whoever wants more seats comes after those who wait for some.
        if pool != before:
            source = self._found_for(Entry(person, pool, seats))
            if source is None:
                return "NotEnoughSeats"
            entry.pool, entry.seats, entry.state = pool, seats, "CONFIRMED"
            entry.allotment, entry.expires = source[0], None
        elif entry.state == "WAITLISTED" or seats <= entry.seats:
            entry.seats = seats
        else:
            kept = entry.allotment if entry.allotment and not entry.allotment.released else None
            if not (kept and self._is_room(Entry(person, pool, seats - entry.seats), kept)):
                if not self._is_room(Entry(person, pool, seats if kept else seats - entry.seats), None):
                    return "NotEnoughSeats"
                entry.allotment = None
            entry.seats = seats
        self._serve(before)
        return None

    def prioritize(self, person: int, priority: int) -> str | None:
        entry = self.last(person)
        if entry.state != "WAITLISTED":
            return "WrongRegistrationState"
        entry.priority = priority
        self._serve(entry.pool)
        return None

    def wait(self, hours: int) -> None:
        self.now += hours

    def sweep(self) -> None:
        """Offers that are over end, and allotments whose time has come are released."""
        for entry in self.entries:
            if entry.expires is not None and self.now >= entry.expires:
                entry.state, entry.expires = "CANCELLED", None
        self._serve(*range(len(self.capacity)))
        for allotment in self.allotments:
            allotment.released |= self.now >= allotment.releases
        self._serve(*range(len(self.capacity)))

    def allot(self, pool: int, association: int, seats: int, hours: int) -> str | None:
        if self.state not in BEFORE_HELD:
            return "WrongEventState"
        if not self.now < self.now + hours <= self.starts:
            return "InvalidInput"
        if (free := self._free(pool, None)) is not None and seats > free:
            return "NotEnoughSeats"
        if any((a.pool, a.association) == (pool, association) for a in self.allotments):
            return "AlreadyExists"
        self.allotments.append(Allotment(pool, association, seats, self.now + hours))
        self._serve(pool)
        return None

    def change(self, which: int, seats: int) -> str | None:
        allotment = self.allotments[which]
        if self.state not in BEFORE_HELD:
            return "WrongEventState"
        if allotment.released:
            return "AlreadyReleased"
        if seats < allotment.seats - self._left(allotment):
            return "BelowTaken"
        if (free := self._free(allotment.pool, None)) is not None and seats - allotment.seats > free:
            return "NotEnoughSeats"
        allotment.seats = seats
        self._serve(allotment.pool)
        return None

    def release(self, which: int) -> str | None:
        if self.state not in BEFORE_HELD:
            return "WrongEventState"
        if self.allotments[which].released:
            return "AlreadyReleased"
        self.allotments[which].released = True
        self._serve(self.allotments[which].pool)
        return None

    def resize(self, pool: int, capacity: int | None) -> str | None:
        if self.state not in BEFORE_HELD:
            return "WrongEventState"
        if capacity is not None and capacity < self.taken(pool) + self.reserved(pool):
            return "BelowTaken"
        self.capacity[pool] = capacity
        self._serve(pool)
        return None

    def configure(self, offer_hours: int, may_pass: bool) -> str | None:
        if self.state not in BEFORE_HELD:
            return "WrongEventState"
        self.offer_hours, self.may_pass = offer_hours, may_pass
        self._serve(*range(len(self.capacity)))
        return None

    def move_on(self, state: str) -> str | None:
        if self.state not in STEPS[state]:
            return "WrongEventState"
        if state == "HELD" and self.now < self.starts:
            return "InvalidInput"
        self.state = state
        if state == "POSTPONED":
            self.starts = max(self.starts, self.now) + 50
            self._serve(*range(len(self.capacity)))
        for entry in self.entries:
            if state == "CANCELLED" or (state == "HELD" and entry.state == "OFFERED"):
                entry.state, entry.expires = "CANCELLED", None
            elif state == "HELD" and entry.state == "CONFIRMED":
                entry.state = "NO_SHOW"
        for allotment in self.allotments:
            allotment.released |= state == "CANCELLED"
        return None

    def last(self, person: int) -> Entry:
        """The person's latest registration."""
        return [entry for entry in self.made if entry.person == person][-1]

    def taken(self, pool: int) -> int:
        """How many seats of a pool are held."""
        return sum(e.seats for e in self.entries if e.pool == pool and e.state in HOLDING)

    def reserved(self, pool: int) -> int:
        """How many more are kept for associations."""
        return sum(self._left(a) for a in self.allotments if a.pool == pool and not a.released)

    def used(self, allotment: Allotment) -> int:
        """How many of an allotment's seats its members hold."""
        return sum(e.seats for e in self.entries if e.allotment is allotment and e.state in HOLDING)

    def _left(self, allotment: Allotment) -> int:
        return allotment.seats - self.used(allotment)

    def _free(self, pool: int, allotment: Allotment | None) -> int | None:
        if allotment is not None:
            return self._left(allotment)
        capacity = self.capacity[pool]
        return None if capacity is None else capacity - self.taken(pool) - self.reserved(pool)

    def _is_over(self) -> bool:
        return self.state not in BEFORE_HELD or self.now >= self.starts

    def _serve(self, *pools: int) -> None:
        for entry in sorted(self.entries, key=lambda e: e.priority):
            if entry.pool not in pools or entry.state != "WAITLISTED" or self._is_over():
                continue
            if source := self._found(entry):
                entry.state, entry.allotment = ("OFFERED" if self.offer_hours else "CONFIRMED"), source[0]
                entry.expires = min(self.now + self.offer_hours, self.starts) if self.offer_hours else None

    def _found_for(self, newcomer: Entry) -> tuple[Allotment | None] | None:
        self.entries.append(newcomer)
        source = self._found(newcomer)
        self.entries.remove(newcomer)
        return source

    def _found(self, entry: Entry) -> tuple[Allotment | None] | None:
        """Where an entry's seats are: of an allotment for them, the first to be released, or of those for all."""
        kept = [a for a in self.allotments if a.pool == entry.pool and not a.released]
        for allotment in (*sorted(kept, key=lambda a: a.releases), None):
            is_theirs = allotment is None or entry.person in MEMBERS[allotment.association]
            if is_theirs and self._is_room(entry, allotment):
                return (allotment if entry.seats else None,)
        return None

    def _is_room(self, entry: Entry, allotment: Allotment | None) -> bool:
        """Whether there are enough, and none ahead in line may want the same ones, unless one may pass them."""
        line = [e for e in sorted(self.entries, key=lambda e: e.priority) if e is entry or e.state == "WAITLISTED"]
        if entry not in line:  # who has seats, and wants others
            line.insert(sum(e.priority <= 0 for e in line), entry)
        ahead = [] if self._is_over() else [e for e in line[: line.index(entry)] if e.pool == entry.pool]
        wanted = [e for e in ahead if allotment is None or e.person in MEMBERS[allotment.association]]
        free = self._free(entry.pool, allotment)
        return (free is None or free >= entry.seats) and (self.may_pass or not wanted or entry.seats == 0)
