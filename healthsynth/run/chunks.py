"""A run is cut into chunks of consecutive patients: the same ones whatever the workers, so that a killed run can go on."""

from healthsynth.settings import Settings

SIZE = 25  # patients: a third of a second to a second of work, so that little is lost with a killed worker


def count(settings: Settings) -> int:
    """How many chunks a run has."""
    return -(-settings.population // SIZE)


def numbers(settings: Settings, chunk: int) -> range:
    """The patients of a chunk (0, 1, ...)."""
    return settings.numbers[chunk * SIZE : (chunk + 1) * SIZE]
