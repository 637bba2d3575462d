"""Height and weight from birth to death, weight management included: a plan that no module can change.

Children keep their rank in height; their BMI moves between yearly points whose ranks drift. Adults gain weight to 49,
keep it, and lose it from 60. Whoever is obese enters weight management within weeks, which holds the weight for five
years or for good. Nothing of this reads what modules write, so it is worked out ahead, as far as somebody asks.
"""

from bisect import bisect_right
from math import sqrt
from statistics import NormalDist
from typing import Final, NamedTuple

from healthsynth.simulate.gmf.cast import charts
from healthsynth.simulate.gmf.cast.ages import STEP, age_months, days, on_grid, tries
from healthsynth.simulate.gmf.cast.draws import Draws
from healthsynth.units import DAY, YEAR, Clock, birthday

_NORMAL: Final = NormalDist()
_YEAR: Final = 365 * DAY
_PHASE: Final = 5 * _YEAR
_LATER: Final = 1 << 60
_START_A_WEEK: Final = 0.493
_ADHERENT: Final = 0.605
_FOR_GOOD: Final = 0.2
_LOSS: Final = (0.07, 0.10)
_PERCENTILE_DROP: Final = 0.1
_OBESE: Final = 30.0
_OBESE_RANK: Final = 0.95
_GAIN: Final = (1.0, 2.0)
_GAINS_TO: Final = 49
_LOSES_FROM: Final = 60
_LAST_DRIFT: Final = 228  # months
_LEAST: Final = 1e-6  # of a rank
_BACK_AFTER: Final = 7  # years after the start
_FIRST_AGE: Final = 5
_NO_AGE: Final = 19


class Change(NamedTuple):
    """An attribute takes a value (None: it is removed) at a grid point."""

    time: Clock
    name: str
    value: bool | None


class Body:
    """The body of one person.

    Of those who manage their weight only the adherent may keep it for good: in lives of Synthea 3.3.0 nobody stays at the
    threshold for decades.

    Args:
        sex: female or male.
        birth: of the person.
        draws: the person's.
    """

    __slots__ = (
        "_birth",
        "_changes",
        "_draws",
        "_forever",
        "_managed_to",
        "_month",
        "_months",
        "_months_at",
        "_next_age",
        "_phases",
        "_pieces",
        "_points",
        "_regains",
        "_sex",
        "_start_rank",
        "_starts",
        "_twenty",
        "_weight",
        "_z",
    )  # fmt: skip

    def __init__(self, sex: str, birth: Clock, draws: Draws):
        self._sex, self._birth, self._draws = sex, birth, draws
        self._months_at, self._months = birth, 0
        self._z = charts.z_of(draws.uniform("height"))
        self._twenty = birthday(birth, 20)
        self._changes: list[Change] = []
        self._phases = 0
        self._forever, self._managed_to = False, -_LATER
        self._month = 12 * _FIRST_AGE
        self._points: list[tuple[Clock, float]] = [self._first_point()]
        month = age_months(birth, self._points[0][0])
        first_height = charts.height_cm(sex, month, self._z)
        self._start_rank = charts.weight_rank(sex, month, self._points[0][1] * first_height**2 / 10_000)
        self._regains: tuple[int, float] | None = None  # years at the start of management, rank to come back to
        # Adults: pieces (start, weight there, kg a second), how far they go, and when a start of management is due.
        self._pieces: list[tuple[Clock, float, float]] = []
        self._next_age, self._weight, self._starts = 20, 0.0, _LATER

    def _age(self, at: Clock) -> int:
        """In months; most questions are asked of one grid point after the other."""
        if at != self._months_at:
            self._months_at, self._months = at, age_months(self._birth, at)
        return self._months

    # --- what is asked ------------------------------------------------------------------------------------------
    def height_cm(self, at: Clock) -> float:
        """Length or height at a grid point."""
        return charts.height_cm(self._sex, self._age(at), self._z)

    def weight_kg(self, at: Clock) -> float:
        """Weight at a grid point."""
        if at < self._twenty:
            return self._young(at)
        self._grow_to(at)
        index = bisect_right(self._pieces, (at, float("inf"), 0.0)) - 1
        start, weight, slope = self._pieces[max(index, 0)]
        return weight + slope * (at - start)

    def bmi(self, at: Clock) -> float:
        """kg/m2."""
        return self.weight_kg(at) / self.height_cm(at) ** 2 * 10_000

    def bmi_percentile(self, at: Clock) -> float | None:
        """0..100 from two years on to under twenty, else None."""
        months = self._age(at)
        if not charts.FIRST_BMI_MONTH <= months < charts.LAST_MONTH:
            return None
        return 100 * charts.bmi_rank(self._sex, months, self.bmi(at))

    def head_cm(self, at: Clock) -> float | None:
        """To 36 months, else None."""
        months = self._age(at)
        if months > 36:
            return None
        return charts.head_cm(self._sex, months, charts.z_of(min(1.0, _NORMAL.cdf(self._z) + 0.025)))

    def weight_for_length(self, at: Clock) -> float | None:
        """Percentile, to 36 months, else None."""
        if self._age(at) > 36:
            return None
        return charts.weight_for_length(self._sex, self.height_cm(at), self.weight_kg(at))

    def height_rank(self) -> float:
        """0..1, for life."""
        return _NORMAL.cdf(self._z)

    def weight_rank(self, at: Clock) -> float:
        """0..1 among those of twenty years at most."""
        return charts.weight_rank(self._sex, self._age(at), self.weight_kg(at))

    def changes(self, until: Clock) -> list[Change]:
        """What weight management does to attributes up to a moment, in order of time."""
        self._bmi_to(min(until, self._twenty))
        if until >= self._twenty:
            self._grow_to(until)
        return [change for change in self._changes if change.time <= until]

    # --- children -----------------------------------------------------------------------------------------------
    def _first_point(self) -> tuple[Clock, float]:
        """BMI in the third year of life, where somebody of the survey was measured."""
        draws = self._draws
        quantiles = charts.two_year_olds(self._sex)
        z = quantiles[int(draws.uniform("bmi at two") * len(quantiles))]
        month = 24 + int(draws.uniform("month at two") * 12)
        rank = _NORMAL.cdf(z)
        return self._birth + days(30 * month), charts.bmi_at(self._sex, month, rank)

    def _young(self, at: Clock) -> float:
        months = self._age(at)
        if at < self._points[0][0]:
            return charts.weight_kg(self._sex, months, charts.z_of(self._start_rank))
        height = charts.height_cm(self._sex, months, self._z)
        return self._bmi_to(at) * height * height / 10_000

    def _bmi_to(self, at: Clock) -> float:
        """The BMI of a child, with the points and the weight management up to there."""
        self._drift_to(at)
        while self._month < charts.LAST_MONTH and self._at_month(self._month) <= at:
            self._look(self._at_month(self._month))
            self._month += 1
        return self._between(at)

    def _between(self, at: Clock) -> float:
        self._drift_to(at)
        points = self._points
        after = bisect_right(points, (at, float("inf")))
        if after == 0 or after == len(points):
            return points[min(after, len(points) - 1)][1]
        (start, low), (end, high) = points[after - 1], points[after]
        return low + (high - low) * (at - start) / (end - start)

    def _next_point(self) -> None:
        time, bmi = self._points[-1]
        later = time + _YEAR
        months = self._age(later)
        years = min(max(months // 12, 3), 20)
        kept, shift = charts.drift()[years]
        rank = charts.bmi_rank(self._sex, self._age(time), bmi)
        z = _NORMAL.inv_cdf(min(max(rank, _LEAST), 1 - _LEAST))
        z = kept * z + shift + sqrt(1 - kept * kept) * self._draws.normal("bmi drift", years)
        self._points.append((later, charts.bmi_at(self._sex, months, _NORMAL.cdf(z))))

    def _drift_to(self, at: Clock) -> None:
        """A point a year, to nineteen: there the last BMI stays."""
        points = self._points
        while points[-1][0] < at and self._age(points[-1][0]) <= _LAST_DRIFT:
            self._next_point()

    def _at_month(self, month: int) -> Clock:
        return on_grid(self._birth, self._birth + int(month * YEAR / 12))

    def _look(self, at: Clock) -> None:
        """Once a month of a child: over the 95th percentile, management starts within weeks."""
        months = self._age(at)
        if self._forever or at < self._managed_to or months // 12 >= _NO_AGE:
            return
        bmi = self._between(at)
        if bmi < charts.surely_not_obese(self._sex, months) or charts.bmi_rank(self._sex, months, bmi) < _OBESE_RANK:
            return
        self._manage_child(at + STEP * tries(self._draws.uniform("start child", self._month), _START_A_WEEK))

    def _manage_child(self, start: Clock) -> None:
        """Who does not adhere goes on as before. Who does is led below the rank of the start; without lasting success it comes back."""
        n, self._regains = self._phases, None
        adherent, for_good = self._begin(start)
        if not adherent:
            return
        begun = self._age(start)
        first = charts.chart_rank(self._sex, begun, self._between(start))
        drop = _PERCENTILE_DROP * self._draws.uniform("drop", n)
        self._lower(first, drop)
        if not for_good:
            self._drift_to(start + _YEAR)
            self._regain(start, begun, first, drop)
            self._regains = begun // 12, first

    def _lower(self, first: float, drop: float) -> None:
        """Points a year apart, each lower than the one before, until the rank of the start is reached."""
        points = self._points
        while True:
            time, bmi = points[-1]
            months = self._age(time)
            rank = charts.chart_rank(self._sex, months, bmi)
            more = min(12, charts.LAST_MONTH - months)
            if rank <= first or more <= 0:
                return
            lower = charts.chart_bmi(self._sex, months + more, rank - drop * more / 12)
            points.append((time + more * (YEAR // 12), lower))

    def _regain(self, start: Clock, begun: int, first: float, drop: float) -> None:
        """Points that come back to the rank of the start by the seventh year."""
        points = self._points
        while points[-1][0] < start + _PHASE + _YEAR:
            time, _ = points[-1]
            months = min(self._age(time) + 12, charts.LAST_MONTH)
            left = 1 - (months - begun - 24) // 12 / 5
            points.append((time + _YEAR, charts.bmi_at(self._sex, months, first - drop * left)))

    def _begin(self, start: Clock) -> tuple[bool, bool]:
        """(adherent, for good) of a new phase of management, with what it does to attributes."""
        draws, n = self._draws, self._phases
        self._phases += 1
        adherent = draws.uniform("adherent", n) < _ADHERENT
        for_good = adherent and draws.uniform("for good", n) < _FOR_GOOD
        self._changes += [
            Change(start, "active_weight_management", True),
            Change(start, "weight_loss_adherence", adherent),
        ]
        self._forever, self._managed_to = for_good, on_grid(self._birth, start + _PHASE)
        if not for_good:
            self._changes += [
                Change(self._managed_to, "active_weight_management", False),
                Change(self._managed_to, "weight_loss_adherence", None),
            ]
        return adherent, for_good

    # --- adults -------------------------------------------------------------------------------------------------
    def _grow_to(self, at: Clock) -> None:
        """Birthdays and starts of management up to a moment, in order of time."""
        if not self._pieces:
            self._weight = self._young(self._twenty - 1)
            self._pieces.append((self._twenty, self._weight, 0.0))
            if self._managed_to > self._twenty and not self._forever:
                self._come_back()
        while not self._forever:
            time = on_grid(self._birth, birthday(self._birth, self._next_age))
            if min(time, self._starts) > at:
                return
            if self._starts < time:
                self._manage_adult(self._starts)
                continue
            if time >= self._managed_to:
                self._weight += self._yearly(self._next_age)
                self._pieces.append((time, self._weight, 0.0))
                self._wait_from(time)
            self._next_age += 1

    def _come_back(self) -> None:
        """Management that began in childhood ends; who was to regain a rank has come some way to it."""
        if self._regains is not None:
            years, rank = self._regains
            squared = charts.height_cm(self._sex, charts.LAST_MONTH, self._z) ** 2 / 10_000
            wanted = squared * charts.chart_bmi(self._sex, charts.LAST_MONTH, rank)
            slope = (wanted - self._weight) / (max(1, years + _BACK_AFTER - 20) * _YEAR)
            self._pieces[-1] = self._twenty, self._weight, slope
            self._weight += slope * (self._managed_to - self._twenty)
            self._pieces.append((self._managed_to, self._weight, 0.0))
        self._wait_from(self._managed_to + STEP)

    def _yearly(self, age: int) -> float:
        if age <= _GAINS_TO:
            return self._draws.between(*_GAIN, "weight", age)
        return -self._draws.between(*_GAIN, "weight", age) if age >= _LOSES_FROM else 0.0

    def _wait_from(self, time: Clock) -> None:
        """Whoever is obese starts after some weekly tries; whoever is not, not."""
        height = charts.height_cm(self._sex, charts.LAST_MONTH, self._z)
        if self._weight / height**2 * 10_000 < _OBESE:
            self._starts = _LATER
        elif self._starts == _LATER:
            self._starts = time + STEP * tries(self._draws.uniform("start", self._phases), _START_A_WEEK)

    def _manage_adult(self, start: Clock) -> None:
        before, n = self._weight, self._phases
        adherent, for_good = self._begin(start)
        lost = before * self._draws.between(*_LOSS, "loss", n) if adherent else 0.0
        self._pieces.append((start, before, -lost / _YEAR))
        self._pieces.append((start + _YEAR, before - lost, 0.0 if for_good else lost / (_PHASE - _YEAR)))
        self._starts = _LATER
        if not for_good:
            self._pieces.append((self._managed_to, before, 0.0))
            self._wait_from(self._managed_to + STEP)
