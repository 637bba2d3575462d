"""Ids: UUIDv8 made from the run's seed, the person and a counter, so that nothing is drawn and nothing collides.

    pppppppp-pppp-8LLL-vqqq-nnnnnnnnnnnn
p, q: 60 bits of blake2b(seed, patient, attempt)   L: lane (what kind of thing)   v: variant   n: number
"""

from healthsynth.randomness import key

# One lane per kind of id that shares a number. Events use EVENT; things that an exporter derives from an event
# (a specimen of a report, the note of a visit) have a lane of their own and the number of what they come from.
PATIENT, EVENT = 0x000, 0x001
SPECIMEN, ORDER, NOTE = 0x002, 0x003, 0x004  # of a report, of a report, of a visit
CARE_TEAM, STUDY_PROCEDURE, STUDY_REPORT = 0x005, 0x006, 0x007  # of a care plan, of an imaging study (two)
# By the period's place in the person's coverage; of a visit, 0 for the patient's own data.
COVERAGE, PROVENANCE = 0x008, 0x009
MEDICATION, DEATH_CONDITION = 0x00A, 0x00B  # of the first administration of a drug; of a death
NEWBORN_WEIGHT, NEWBORN_AGE = 0x00C, 0x00D  # observations of a newborn
SERIES, INSTANCE = 0x00E, 0x00F  # of an imaging study: DICOM identifiers
EXPLANATION, SELF_PAY = 0x010, 0x011  # of a visit's claim; one a patient
# Of a drug's fills, by the number of the prescription and the fill's place in it (`nth`); of its yearly renewals, likewise.
FILL, FILL_CLAIM, FILL_EXPLANATION, RENEWAL = 0x012, 0x013, 0x014, 0x015
VISIT_DIAGNOSIS, TEST_REPORT, NOTE_REPORT = 0x016, 0x017, 0x018  # of a visit, of a single test, of a visit
ANSWERS = 0x019  # of a survey: its questionnaire's answers
LANES = 0x01A
# Claims by the number of their visit; in flat files, transactions by the claim's number and their place in it (16 bits).
CLAIM, TRANSACTION, FILL_TRANSACTION = 0x100, 0x101, 0x102

_NTH_BITS = 12  # 336 years of fills


def nth(number: int, place: int) -> int:
    """The number of what an event is repeated as, for a lane of its own."""
    return number << _NTH_BITS | place


def prefix(seed: int, number: int, attempt: int) -> str:
    """15 hex digits that are this person's part of every id."""
    return f"{key(seed, 'id', number, attempt) >> 68:015x}"


def id_head(person_prefix: str, lane: int) -> str:
    """What all ids of a person in a lane (0..0xfff) begin with: all but the 12 hex digits of the number."""
    p = person_prefix
    return f"{p[:8]}-{p[8:12]}-8{lane:03x}-a{p[12:15]}-"


def uuid(person_prefix: str, lane: int, number: int) -> str:
    """The id for `number` (0 <= number < 2**48) in a lane."""
    return f"{id_head(person_prefix, lane)}{number:012x}"


def stable(*purpose: object) -> str:
    """A UUIDv8 that depends on its purpose alone (facilities, clinicians, payers), the same in every run."""
    h = f"{key(0, *purpose):032x}"
    return f"{h[:8]}-{h[8:12]}-8{h[13:16]}-a{h[17:20]}-{h[20:]}"
