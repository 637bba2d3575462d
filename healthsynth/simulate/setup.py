"""An engine from a program and the tables of the installation."""

from pathlib import Path

from healthsynth import resources
from healthsynth.compile.program import Program
from healthsynth.people.immunisation import Schedule
from healthsynth.people.mortality import Background, background_share, life_table
from healthsynth.people.person import Person
from healthsynth.people.providers import Providers
from healthsynth.simulate.engine import Engine


def schedule_file() -> Path:
    """The immunisation schedule that is built in."""
    return resources.modules() / "tables" / "immunisation_schedule.csv"


def make_engine(
    program: Program, real_facilities: bool = False, period: int | None = None, whole_table: bool = False
) -> Engine:
    """Bind a program to providers, the immunisation schedule and the life table.

    Args:
        real_facilities: real names and addresses of facilities instead of invented ones.
        period: freeze mortality at this calendar year (life expectancy against a period table).
        whole_table: leave the background at the whole life table, as if no module had causes of death (calibration).
    """
    table = life_table()
    share = None if whole_table else background_share()

    def background(person: Person) -> Background:
        return Background(table, person, share, period)

    return Engine(program, Providers(real_facilities), Schedule.from_csv(schedule_file()), background)
