"""The cast of one life: what modules read and nobody's module writes, asked for by the engine that runs them.

The engine owns time, the record and the map of attributes. It asks the cast for

* `fixed`: attributes from birth,
* `next_time` and `changes`: attributes that change at known grid points, and `covid`: doses that fall due,
* `computed`: attributes whose value is worked out when a module reads them (names in COMPUTED),
* `vital`: readings of vital signs,
* `next_check_up`, `check_up`, `call_for`, `vaccines`: visits that no module asks for, and what is given in them.

All of it depends on the person and on what `Life` shows, and draws from nobody's stream.
"""

from collections.abc import Callable, Collection
from typing import Any, Final, NamedTuple

from healthsynth.people.person import Person
from healthsynth.simulate.gmf.cast import background, covid, immunising, risks, visits, vitals
from healthsynth.simulate.gmf.cast.ages import STEP, age_months, on_grid
from healthsynth.simulate.gmf.cast.body import Body
from healthsynth.simulate.gmf.cast.draws import Draws
from healthsynth.simulate.gmf.cast.immunising import Due
from healthsynth.simulate.gmf.cast.life import Life
from healthsynth.simulate.gmf.cast.visits import Call
from healthsynth.units import DAY, WEEK, Clock, age_years, birthday, civil

NEVER: Final = 1 << 60


class CovidDose(NamedTuple):
    """A dose of a COVID-19 vaccine that is due now."""

    product: covid.Product
    dose_number: int
    is_last: bool


class Cast(vitals.Owner):
    """The cast of one person.

    Args:
        person: who it is.
        life: what the engine shows of them.
        until: no change after this is planned.
    """

    def __init__(self, person: Person, life: Life, until: Clock):
        self.person, self.life, self.attributes = person, life, life.attributes
        self.sex, self.birth = person.sex, person.birth
        self.draws = Draws(person.seed, person.number, person.attempt)
        self.body = Body(person.sex, person.birth, self.draws)
        self.fixed = background.fixed(person, self.draws)
        self._planned = background.planned(person, self.draws, self.body, until)
        self._next = 0
        self.last_bmi_chart = on_grid(person.birth, birthday(person.birth, 20)) - STEP
        self.last_length_chart = on_grid(person.birth, birthday(person.birth, 3)) - STEP
        self._given: dict[str, list[int]] = {}
        self._covid_at = covid.first_dose(person.birth, self.draws, until) or NEVER
        self._covid_doses: list[covid.Product] = []

    # --- what vital signs read ------------------------------------------------------------------------------------
    def active_medications(self) -> Collection[str]:
        return self.life.active_medications()

    def care_plan_since(self, code: str) -> Clock | None:
        return self.life.care_plan_since(code)

    # --- changes at known times -----------------------------------------------------------------------------------
    def next_time(self) -> Clock:
        """The next grid point at which an attribute changes or a COVID-19 dose is looked at; NEVER if there is none."""
        planned = self._planned[self._next][0] if self._next < len(self._planned) else NEVER
        return min(planned, self._covid_at)

    def changes(self, now: Clock) -> list[tuple[str, Any]]:
        """Attributes that change up to and at a grid point: (name, value), None removes. Each is told once."""
        found = []
        while self._next < len(self._planned) and self._planned[self._next][0] <= now:
            _, name, value = self._planned[self._next]
            found.append((name, value))
            self._next += 1
        return found

    def covid_dose(self, now: Clock) -> CovidDose | None:
        """The dose that is due at a grid point; a running infection puts the first off by a week.

        After the last dose the engine sets `C19_FULLY_VACCINATED` to true.
        """
        if now < self._covid_at:
            return None
        if not self._covid_doses and self.life.is_active(covid.INFECTED):
            self._covid_at = now + WEEK
            return None
        product = self._covid_doses[0] if self._covid_doses else covid.product(self.draws, now)
        self._covid_doses.append(product)
        number = len(self._covid_doses)
        second = covid.second_dose(self.birth, now, product) if number == 1 else None
        self._covid_at = NEVER if second is None else second
        return CovidDose(product, number, second is None)

    # --- computed when read ---------------------------------------------------------------------------------------
    def computed(self, name: str, now: Clock) -> Any:
        """The value of an attribute of COMPUTED at a grid point; None is unset."""
        return COMPUTED[name](self, now)

    def vital(self, name: str, now: Clock, at: Clock, early: bool = False) -> float | None:
        """A reading, rounded; None for a sign that nothing has ever set.

        Args:
            now: the grid point under way.
            at: the moment of reading.
            early: for modules that run before the lifecycle and see last week's values.
        """
        week = max(now - STEP, self.birth) if early else now
        return vitals.read(self, name, week, at)

    def _systolic(self, now: Clock) -> float:
        return vitals.blood_pressure(self, "systolic", now)

    def _flag(self, name: str) -> bool:
        return self.life.attributes.get(name) is True

    def ten_years(self, now: Clock) -> float:
        """The ASCVD risk of ten years at a grid point, by last week's vital signs; -1 outside 40 to 79."""
        age = age_years(self.birth, now)
        if not 40 <= age <= 79:
            return risks.NOT_APPLICABLE
        week = max(now - STEP, self.birth)
        total, hdl = vitals.read(self, "Total Cholesterol", week, now), vitals.read(self, "HDL", week, now)
        assert total is not None
        assert hdl is not None
        return risks.ascvd(
            self.sex, self.person.race == "black", age, self._systolic(now), total, hdl,
            treated=self._flag("hypertension"), smoker=self._flag("smoker"), diabetes=self._flag("diabetes"),
        )  # fmt: skip

    def _fibrillation(self, now: Clock) -> float:
        age = age_years(self.birth, now)
        if age < 45 or self.life.attributes.get("atrial_fibrillation") is not None:
            return risks.over(risks.NOT_APPLICABLE, 7)
        week = max(now - STEP, self.birth)
        treated = self._flag("blood_pressure_controlled")
        return risks.fibrillation(self.sex, age, self.body.bmi(week), self._systolic(now), treated=treated)

    def _stroke(self, now: Clock) -> float:
        age, attributes = age_years(self.birth, now), self.life.attributes
        if age < 55:
            return risks.stroke(self.sex, age, 0.0, treated=False, smoker=False, diabetes=False)
        return risks.stroke(
            self.sex, age, self._systolic(now), treated=self._flag("blood_pressure_controlled"),
            smoker=self._flag("smoker"), diabetes=self._flag("diabetes"),
            hypertrophy=self._flag("left_ventricular_hypertrophy"), coronary=self._flag("coronary_heart_disease"),
            fibrillating=attributes.get("atrial_fibrillation") is not None,
        )  # fmt: skip

    def _falls(self, now: Clock) -> float | None:
        if age_years(self.birth, now) < background.FALLS_FROM:
            return None
        return background.FALLS_OSTEOPOROSIS if self._flag("osteoporosis") else background.FALLS

    def _days_left(self, now: Clock) -> int | None:
        death = self.life.dies_at()
        return None if death is None else (death - now) // DAY

    # --- visits that no module asks for ---------------------------------------------------------------------------
    def next_check_up(self, last: Clock | None, now: Clock, chronic: bool) -> Clock:
        """The grid point of the next check-up; see `visits.next_check_up`."""
        return visits.next_check_up(self.birth, last, now, chronic)

    def check_up(self, now: Clock) -> Call:
        """What a check-up at a grid point is coded as."""
        return visits.check_up(age_years(self.birth, now))

    def call_for(self, total: float, last_total: float) -> Call | None:
        """Where symptoms send the person; see `visits.call_for`."""
        return visits.call_for(total, last_total)

    def vaccines(self, now: Clock) -> list[Due]:
        """Doses given in a check-up or a visit for symptoms; they count as given."""
        months = age_months(self.birth, now)
        found = immunising.due(months, civil(now).year, self._given)
        for due in found:
            self._given.setdefault(due.vaccine.cvx, []).append(months)
        return found


COMPUTED: Final[dict[str, Callable[[Cast, Clock], Any]]] = {
    "ascvd_risk": lambda cast, now: cast.ten_years(now),
    "cardio_risk": lambda cast, now: risks.cardiac(cast.ten_years(now)),
    "mi_risk": lambda cast, now: risks.heart_attack(cast.ten_years(now)),
    "ihd_risk": lambda cast, now: risks.ischaemia(cast.ten_years(now)),
    "atrial_fibrillation_risk": lambda cast, now: cast._fibrillation(now),
    "stroke_risk": lambda cast, now: cast._stroke(now),
    # Both stay at what they were last, once their charts have ended.
    "bmi_percentile": lambda cast, now: cast.body.bmi_percentile(min(now, cast.last_bmi_chart)),
    "current_weight_length_percentile": lambda cast, now: cast.body.weight_for_length(min(now, cast.last_length_chart)),
    "probability_of_fall_injury": lambda cast, now: cast._falls(now),
    "days_until_death": lambda cast, now: cast._days_left(now),
    "AGE": lambda cast, now: age_years(cast.birth, now),
    "AGE_MONTHS": lambda cast, now: age_months(cast.birth, now),
}
