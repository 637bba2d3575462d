"""Fields as text: quoting, codes, money and moments. Everything that costs time is made once and kept."""

from functools import cache, lru_cache

from healthsynth.export.moments import DAYS, TIMES
from healthsynth.people.zones import utc_offset
from healthsynth.units import DAY, Clock
from healthsynth.vocabulary import Concept

_LINE_BREAKS = str.maketrans({"\r": " ", "\n": " "})


@lru_cache(maxsize=1 << 13)
def quoted(text: str) -> str:
    """A field by RFC 4180: quotes only where the text needs them. A line break inside becomes a space, so that a row
    stays one line."""
    text = text.translate(_LINE_BREAKS)
    if "," in text or '"' in text:
        return '"' + text.replace('"', '""') + '"'
    return text


@cache
def coded(concept: Concept) -> str:
    """`code,display` of the primary code."""
    return f"{concept.primary.code},{quoted(concept.primary.display)}"


def reason(concept: Concept | None) -> str:
    """`code,display`, or two empty fields; groups and texts without a code count as no reason."""
    return coded(concept) if concept is not None and concept.codes else ","


@lru_cache(maxsize=1 << 13)
def money(cents: int) -> str:
    """Dollars with two decimals; exact, since cents are whole."""
    sign, cents = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}{cents // 100}.{cents % 100:02d}"


def date(at: Clock) -> str:
    """The civil date at the patient's place."""
    return DAYS[at // DAY]


class Stamps(dict[Clock, str]):
    """Clock -> UTC instant `YYYY-MM-DDTHH:MM:SSZ` for one time zone; each is made once a record."""

    def __init__(self, zone: str):
        self._zone = zone

    def __missing__(self, at: Clock) -> str:
        utc = at - utc_offset(self._zone, at)
        text = self[at] = f"{DAYS[utc // DAY]}{TIMES[utc % DAY]}Z"
        return text
