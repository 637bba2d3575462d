"""What stands in the column `limit` of a table of figures, by measure."""


def limit_of(measure: str, text: str) -> tuple[float, ...] | tuple[str, ...]:
    """What a limit says. Raises ValueError with what the measure wants."""
    words = text.split()
    if measure == "latest_is":
        if not text:
            raise ValueError("answers, several with |")
        return tuple(text.split("|"))
    if measure == "latest_between":
        return _numbers(words, (0, 2), "'25 to 30'")
    if measure == "doses":
        if len(words) == 2 and words[1] == "ever":
            return _numbers(words, (0,), "'2 ever'")
        if len(words) != 4 or words[1] not in ("by", "in") or words[3] != "months":
            raise ValueError("'4 by 24 months', '1 in 12 months' or '2 ever'")
        return _numbers(words, (0, 2), "'4 by 24 months'")
    if measure in ("latest_at_least", "latest_below", "visits_at_least", "within_years"):
        return _numbers(words, (0,), "a number")
    return ()


def _numbers(words: list[str], places: tuple[int, ...], wanted: str) -> tuple[float, ...]:
    try:
        return tuple(float(words[place]) for place in places)
    except (ValueError, IndexError):
        raise ValueError(wanted) from None
