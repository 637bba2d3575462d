"""Differences from Synthea that are known, each with its reason. A key is (kind, code)."""

_SCHOOLING = "people here have the schooling of their town scaled to the published shares of the country; Synthea takes the town's as it is"

REASONS: dict[tuple[str, str], str] = {
    ("condition", "224299000"): _SCHOOLING,  # received higher education
    ("condition", "5251000175109"): _SCHOOLING,  # received certificate of high school equivalency
    ("condition", "224295006"): _SCHOOLING,  # only received primary school education
}
