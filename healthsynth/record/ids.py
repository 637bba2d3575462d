"""Ids: UUIDv8 made from the run's seed, the person and a counter, so that nothing is drawn and nothing collides.

    pppppppp-pppp-8LLL-vqqq-nnnnnnnnnnnn
p, q: 60 bits of blake2b(seed, patient, attempt)   L: lane (what kind of thing)   v: variant   n: number
"""

from healthsynth.randomness import key

# One lane per kind of id that shares a number. Events use EVENT; things that an exporter derives from an event
# (a specimen of a report, the note of a visit) have a lane of their own and the number of what they come from.
PATIENT, EVENT = 0x000, 0x001


def prefix(seed: int, number: int, attempt: int) -> str:
    """15 hex digits that are this person's part of every id."""
    return f"{key(seed, 'id', number, attempt) >> 68:015x}"


def uuid(person_prefix: str, lane: int, number: int) -> str:
    """The id for `number` (0 <= number < 2**48) in a lane (0..0xfff)."""
    p = person_prefix
    return f"{p[:8]}-{p[8:12]}-8{lane:03x}-a{p[12:15]}-{number:012x}"


def stable(*purpose: object) -> str:
    """A UUIDv8 that depends on its purpose alone (facilities, clinicians, payers), the same in every run."""
    h = f"{key(0, *purpose):032x}"
    return f"{h[:8]}-{h[8:12]}-8{h[13:16]}-a{h[17:20]}-{h[20:]}"
