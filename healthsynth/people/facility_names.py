"""Invented names and street lines of facilities: a number in, words out. The facility table stores the numbers.

Nothing here is taken from a register. A made name may still be the name of a real place by chance;
`scripts/build_facilities.py` passes over numbers whose name is a real one of the reference data folder.
"""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_FIRST = _words(
    "Alder Amber Ash Aspen Autumn Bayberry Beech Birch Blue Bramble Bright Briar Bronze Brook Calm Canyon Cedar "
    "Cherry Chestnut Clear Clover Copper Coral Cotton Crystal Cypress Dogwood Eagle East Elder Elm Ember Evergreen "
    "Fair Falcon Fern Fieldstone Flint Fox Garnet Gentle Glass Golden Granite Green Hazel Heather Heron Hickory "
    "High Holly Iron Ivory Jade Juniper Kestrel Lantern Larch Laurel Lavender Lilac Linden Little Long Lupine "
    "Magnolia Maple Marble Marigold Meadow Mill Misty Moss Mulberry New North Oak Olive Opal Orchard Osprey Otter "
    "Pebble Pine Plum Poplar Prairie Quail Quarry Quartz Quiet Red Robin Rowan Sage Sandstone Shady Silver Slate "
    "South Sparrow Spruce Star Stone Summer Sumac Sycamore Tall Thistle Timber Violet Walnut West White Wild Willow "
    "Winter Wren"
)
_SECOND = _words(
    "Acre Arbor Bank Basin Bend Bluff Bridge Bridle Cove Creek Crest Crossing Dale Dell Falls Farm Field Ford "
    "Forest Garden Gate Glade Glen Grove Harbor Haven Heath Hill Hollow Island Knoll Lake Landing Lane Lawn Ledge "
    "Marsh Mead Mesa Moor Orchard Pass Path Point Pond Prairie Rapids Reach Ridge Rise River Rock Run Shore Spring "
    "Summit Terrace Trail Vale Valley View Vista Water Way Wharf Woods"
)
_SUFFIXES = {
    "hospital": ("Hospital", "Medical Center", "General Hospital", "Regional Medical Center", "Community Hospital"),
    "primary_care": ("Family Practice", "Primary Care", "Family Health Center", "Medical Group", "Community Health"),
    "urgent_care": ("Urgent Care", "Walk-In Clinic", "Immediate Care"),
    "dialysis": ("Dialysis Center", "Kidney Care", "Renal Center"),
    "surgery_center": ("Surgery Center", "Outpatient Surgery", "Ambulatory Surgery Center"),
    "home_health": ("Home Health", "Home Care", "Visiting Nurses"),
    "virtual": ("Virtual Care", "Telehealth", "Online Clinic"),
}
_STREETS = ("Street", "Avenue", "Road", "Drive", "Lane", "Boulevard", "Way", "Parkway")


def name_count(kind: str) -> int:
    """How many names there are for a kind; numbers run from 0 to one less."""
    return len(_FIRST) * len(_SECOND) * len(_SUFFIXES[kind])


def facility_name(kind: str, number: int) -> str:
    """The invented name, e.g. "Cedar Hollow Family Practice"."""
    suffixes = _SUFFIXES[kind]
    rest, suffix = divmod(number, len(suffixes))
    first, second = divmod(rest, len(_SECOND))
    return f"{_FIRST[first]} {_SECOND[second]} {suffixes[suffix]}"


def street_line(number: int) -> str:
    """An invented street address for any number >= 0, e.g. "418 Alder Bend Road"."""
    rest, house = divmod(number, 983)
    rest, street = divmod(rest, len(_STREETS))
    first, second = divmod(rest % (len(_FIRST) * len(_SECOND)), len(_SECOND))
    return f"{house + 17} {_FIRST[first]} {_SECOND[second]} {_STREETS[street]}"
