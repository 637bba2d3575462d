"""Which IANA time zone a place is in. States with more than one are split by county or by longitude."""

EASTERN, CENTRAL, MOUNTAIN, PACIFIC = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"


def _all(states: str, zone: str) -> dict[str, str]:
    return dict.fromkeys(states.split(), zone)


BY_STATE = {
    **_all("CT DE DC FL GA ME MD MA NH NJ NY NC OH PA RI SC VT VA WV", EASTERN),
    **_all("AL AR IL IA KS LA MN MS MO NE ND OK SD TN TX WI", CENTRAL),
    **_all("CO MT NM UT WY", MOUNTAIN),
    **_all("CA NV OR WA", PACIFIC),
    "AK": "America/Anchorage",
    "AZ": "America/Phoenix",
    "HI": "Pacific/Honolulu",
    "ID": "America/Boise",
    "IN": "America/Indiana/Indianapolis",
    "KY": EASTERN,
    "MI": "America/Detroit",
}
# Counties whose zone is not their state's.
BY_COUNTY = {
    ("IN", CENTRAL): "Lake Porter LaPorte Newton Jasper Starke Gibson Perry Posey Spencer Vanderburgh Warrick",
    ("MI", "America/Menominee"): "Gogebic Iron Dickinson Menominee",
    ("KS", MOUNTAIN): "Sherman Wallace Greeley Hamilton",
    ("TX", MOUNTAIN): "El_Paso Hudspeth",
    ("OR", "America/Boise"): "Malheur",
    ("TN", EASTERN): "Hamilton Rhea Meigs Roane Morgan Scott",
    ("AK", "America/Adak"): "Aleutians_West",
    ("KY", EASTERN): "Meade Hardin",
    ("ND", MOUNTAIN): "Adams Billings Bowman Golden_Valley Grant Hettinger Slope Stark",
}
_COUNTIES = {
    (st, county.replace("_", " ")): zone for (st, zone), counties in BY_COUNTY.items() for county in counties.split()
}
# (state, western side of this longitude, zone there); counties on the line go with their larger part.
WEST_OF = {
    "FL": (-85.02, CENTRAL),
    "KY": (-85.98, CENTRAL),
    "NE": (-101.25, MOUNTAIN),
    "SD": (-100.65, MOUNTAIN),
}
EAST_OF = {"TN": (-84.90, EASTERN)}
NORTH_OF = {"ID": (45.45, PACIFIC)}

ZONES = sorted(
    {
        *BY_STATE.values(),
        *_COUNTIES.values(),
        *(z for _, z in (*WEST_OF.values(), *EAST_OF.values(), *NORTH_OF.values())),
    }
)


def zone(st: str, county: str, lat: float, lon: float) -> str:
    """The IANA name for a place: by county where that is known, by position in split states, else by state."""
    plain = county.removesuffix(" County").removesuffix(" Census Area").removesuffix(" Borough")
    if (st, plain) in _COUNTIES:
        return _COUNTIES[st, plain]
    if st in WEST_OF and lon < WEST_OF[st][0]:
        return WEST_OF[st][1]
    if st in EAST_OF and lon > EAST_OF[st][0]:
        return EAST_OF[st][1]
    if st in NORTH_OF and lat > NORTH_OF[st][0]:
        return NORTH_OF[st][1]
    return BY_STATE[st]
