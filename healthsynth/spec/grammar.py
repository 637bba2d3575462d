"""The sentences an author may write, as one grammar, and the trees they become.

`parse(kind, text)` is the whole interface; a `SentenceError` says at which character and what was expected. Nothing is
ever evaluated as Python.
"""

import math
from functools import lru_cache
from typing import Any as Anything

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import LarkError, UnexpectedInput, VisitError

from healthsynth.errors import near
from healthsynth.spec import ast
from healthsynth.spec.sentences import KINDS, WORDS, SentenceError
from healthsynth.units import DAY

GRAMMAR = r"""
condition: cond
?cond: conj | conj ("or" conj)+ -> either
?conj: neg | neg ("and" neg)+ -> both
?neg: "not" neg -> negation | atom
?atom: "(" cond ")" | compare | between | is | is_not | is_one_of | has_been | charted | tested | result_is
compare: expr COMPARE expr
between: expr "from" expr "to" expr
is: NAME "is" NAME
is_not: NAME "is" "not" NAME
is_one_of: NAME "is" "one" "of" "[" NAME ("," NAME)* "]"
result_is: "result" NAME "is" NAME
has_been: NAME "has" "been" NAME "for" "at" "least" length
charted: "diagnosed" NAME           -> diagnosed
       | "ever" "diagnosed" NAME    -> ever_diagnosed
       | "taking" NAME              -> taking
       | "performed" NAME           -> performed
       | "given" NAME               -> given
       | "following" NAME           -> following
tested: "tested" NAME "within" length

?expression: expr
?expr: term | expr PLUS term -> binary
?term: factor | term TIMES factor -> binary
?factor: number_ | NAME -> name | "result" NAME -> result | NAME "(" expr ("," expr)* ")" -> call | "(" expr ")"
number_: SIGNED [unit]
unit: TIME | UNIT

?span: length -> fixed | length_range | about | median
length_range: NUMBER "to" NUMBER TIME
about: "about" length "(" "sd" length ")"
median: "median" length "(" NUMBER "to" NUMBER [TIME] ")"
length: NUMBER TIME
?when_: span | NAME -> ref

rate: percent "per" TIME             -> rate_percent
    | NUMBER "per" TIME              -> rate_plain
    | NUMBER "per" NUMBER PERSON     -> rate_person
    | percent "over" length          -> rate_over
percent: NUMBER "%"
chance: percent                      -> chance_percent
      | NUMBER "in" NUMBER           -> chance_in
amount: SIGNED [uword]               -> amount_fixed
      | SIGNED "to" SIGNED [uword]   -> amount_range
      | SIGNED [uword] "(" "sd" NUMBER [uword] ")" -> amount_sd
uword: ANYUNIT
quantity: SIGNED                         -> amount_fixed
        | SIGNED "to" SIGNED             -> amount_range
        | SIGNED "(" "sd" NUMBER ")"     -> amount_sd
value: quantity
     | NAME                                              -> ref
     | "from" SIGNED "to" SIGNED "over" length           -> trend_to
     | "from" SIGNED "rising" NUMBER "per" TIME          -> trend_up
     | "from" SIGNED "falling" NUMBER "per" TIME         -> trend_down

exit: "at" "rate" NAME ["while" cond]      -> exit_rate
    | "after" when_ ["while" cond]         -> exit_after
    | "when" cond                          -> exit_when
factor_text: NUMBER "if" cond              -> factor_number
           | NAME "if" cond                -> factor_ref
           | "odds" NUMBER "if" cond       -> factor_odds
visit: NAME ["for" NAME] ["lasting" when_] ["with" NAME]
at_visit: (NAME|STAR|ANY) "visit"
effect: NAME ["within" length]                 -> effect_ref
      | NUMBER [uword] ["within" length]       -> effect_amount
      | "by" NUMBER "percent" ["within" length] -> effect_percent
noise: "sd" NUMBER                  -> noise_plain
     | "sd" NUMBER "%"              -> noise_percent
varies: "sd" NUMBER "over" length
stay: when_ ["for" NAME]
first: "within" span                -> first_within
     | "after" when_                -> first_after

rate_of: NAME "becomes" NAME               -> rate_becomes
       | "diagnosed" NAME                  -> rate_diagnosed
       | "prescribed" NAME                 -> rate_prescribed
       | "performed" NAME                  -> rate_performed
       | "given" NAME                      -> rate_given
       | "charted" "encounter" NAME        -> rate_encounter
pair: expr "with" expr
occasion: NAME "visit" [WITH NAME ("," NAME)*]  -> occasion_visit
        | length ("pass" | "passes")       -> occasion_wait

band: NUMBER "to" NUMBER [TIME]   -> band_range
    | NUMBER [TIME] "and" "over"  -> band_over
    | "under" NUMBER [TIME]       -> band_under
    | NUMBER [TIME]               -> band_one

dose: NUMBER DUNIT frequency [PRN]
    | NUMBER "to" NUMBER DUNIT frequency [PRN] -> dose_range
frequency: "once"                                          -> f_once
         | "once" "a" "day" [MOMENT]                       -> f_daily
         | "twice" "a" "day" [MOMENT]                      -> f_twice
         | NUMBER "times" "a" "day" [MOMENT]               -> f_times
         | COUNT "times" "a" "day" [MOMENT]                -> f_times
         | "once" "a" "week"                               -> f_weekly
         | "twice" "a" "week"                              -> f_biweekly
         | "once" "a" "month"                              -> f_monthly
         | "every" NUMBER TIME                             -> f_every
         | "every" NUMBER "to" NUMBER TIME                 -> f_every_range

COMPARE: "<=" | ">=" | "<" | ">" | "="
PLUS: "+" | "-"
TIMES: "*" | "/"
TIME.3: /(minute|hour|day|week|month|year)s?\b/
PERSON: "person-years"
STAR: "*"
ANY: "any"
WITH: "with" | "without"
COUNT: "three" | "four" | "five" | "six"
PRN: "as needed"
MOMENT: "at bedtime" | "in the morning" | "in the evening" | "with meals" | "with food" | "before meals" | "at breakfast"
DUNIT: /(tablet|capsule|puff|unit|drop|application|spray|mL|mg|mcg|g|patch|injection|sachet|lozenge|suppository|dose|inhalation|vial)(e?s)?\b/
NUMBER: /\d+(\.\d+)?/
SIGNED: /-?\d+(\.\d+)?/
UNIT: /%|mm\[Hg\]|[A-Za-z][A-Za-z0-9\/\[\]_.]*/
ANYUNIT: /[%\[{A-Za-z0-9][^\s()]*/
NAME: /[A-Za-z_][A-Za-z0-9_]*/
%import common.WS_INLINE
%import common.NEWLINE
%ignore WS_INLINE
%ignore NEWLINE
"""


def _fixed_length(number: float, unit: str) -> ast.Length:
    unit = unit.removesuffix("s")
    months = {"month": 1, "year": 12}.get(unit)
    if months is not None and (number * months).is_integer():
        return ast.Length(int(number * months), 0)
    return ast.Length(0, round(number * ast.UNIT_SECONDS[unit]))


def _hazard(share: float, years: float) -> float:
    """Cumulative risk `share` over `years` -> hazard per year: -ln(1-p)/t."""
    if not 0 <= share < 1:
        raise SentenceError(f"{share:.0%} is not below 100%, so it is not a yearly risk", hint="use 'per person-years'")
    return -math.log1p(-share) / years


@v_args(inline=True)
class _Build(Transformer[Token, Anything]):
    """Lark tree -> ast. One method a rule; names are those of the grammar."""

    def NAME(self, token: Token) -> str:  # noqa: N802  (lark calls it by the terminal's name)
        return str(token)

    def SIGNED(self, token: Token) -> float:  # noqa: N802
        return float(token)

    def NUMBER(self, token: Token) -> float:  # noqa: N802
        return float(token)

    # conditions
    def condition(self, item: ast.Condition) -> ast.Condition:
        return item

    def either(self, *items: ast.Condition) -> ast.Condition:
        return ast.Any(items)

    def both(self, *items: ast.Condition) -> ast.Condition:
        return ast.All(items)

    def negation(self, item: ast.Condition) -> ast.Condition:
        return ast.Not(item)

    def compare(self, left: ast.Expression, op: Token, right: ast.Expression) -> ast.Condition:
        return ast.Compare(left, str(op), right)

    def between(self, item: ast.Expression, low: ast.Expression, high: ast.Expression) -> ast.Condition:
        return ast.Between(item, low, high)

    def is_(self, name: str, option: str) -> ast.Condition:
        return ast.Is(name, (option,))

    def is_not(self, name: str, option: str) -> ast.Condition:
        return ast.Is(name, (option,), negated=True)

    def is_one_of(self, name: str, *options: str) -> ast.Condition:
        return ast.Is(name, options)

    def result_is(self, name: str, answer: str) -> ast.Condition:
        return ast.ResultIs(name, answer)

    def has_been(self, name: str, state: str, at_least: ast.Length) -> ast.Condition:
        return ast.HasBeen(name, state, at_least)

    def diagnosed(self, name: str) -> ast.Condition:
        return ast.Charted("diagnosed", name)

    def ever_diagnosed(self, name: str) -> ast.Condition:
        return ast.Charted("ever diagnosed", name)

    def taking(self, name: str) -> ast.Condition:
        return ast.Charted("taking", name)

    def performed(self, name: str) -> ast.Condition:
        return ast.Charted("performed", name)

    def given(self, name: str) -> ast.Condition:
        return ast.Charted("given", name)

    def following(self, name: str) -> ast.Condition:
        return ast.Charted("following", name)

    def tested(self, name: str, within: ast.Length) -> ast.Condition:
        return ast.Tested(name, within)

    # expressions
    def number_(self, value: float, unit: str | None) -> ast.Expression:
        return ast.Number(value, unit)

    def unit(self, token: Token) -> str:
        return str(token)

    def name(self, name: str) -> ast.Expression:
        return ast.Name(name)

    def result(self, name: str) -> ast.Expression:
        return ast.Result(name)

    def binary(self, left: ast.Expression, op: Token, right: ast.Expression) -> ast.Expression:
        return ast.Binary(str(op), left, right)

    def call(self, function: str, *arguments: ast.Expression) -> ast.Expression:
        return ast.Call(function, arguments)

    # times
    def length(self, number: float, unit: Token) -> ast.Length:
        return _fixed_length(number, str(unit))

    def fixed(self, length: ast.Length) -> ast.Span:
        return ast.Span("fixed", length)

    def length_range(self, low: float, high: float, unit: Token) -> ast.Span:
        if high < low:
            raise SentenceError(f"{low:g} to {high:g} runs backwards")
        return ast.Span("uniform", _fixed_length(low, str(unit)), _fixed_length(high, str(unit)))

    def about(self, mean: ast.Length, sd: ast.Length) -> ast.Span:
        return ast.Span("normal", mean, sd)

    def median(self, middle: ast.Length, low: float, high: float, unit: Token | None) -> ast.Span:
        if unit is None:
            per = middle.total
            raw = _median_unit(per, low, high)
            return ast.Span("lognormal", middle, raw[0], raw[1])
        return ast.Span("lognormal", middle, _fixed_length(low, str(unit)), _fixed_length(high, str(unit)))

    def ref(self, name: str) -> ast.Ref:
        return ast.Ref(name)

    # numbers
    def percent(self, number: float) -> float:
        return number / 100

    def rate_percent(self, share: float, unit: Token) -> ast.Rate:
        years = ast.UNIT_SECONDS[str(unit).removesuffix("s")] / ast.UNIT_SECONDS["year"]
        return ast.Rate(_hazard(share, years), f"{share * 100:g}% per {unit}")

    def rate_plain(self, number: float, unit: Token) -> ast.Rate:
        years = ast.UNIT_SECONDS[str(unit).removesuffix("s")] / ast.UNIT_SECONDS["year"]
        return ast.Rate(number / years, f"{number:g} per {unit}")

    def rate_person(self, number: float, base: float, _unit: Token) -> ast.Rate:
        return ast.Rate(number / base, f"{number:g} per {base:g} person-years")

    def rate_over(self, share: float, length: ast.Length) -> ast.Rate:
        years = length.total / ast.UNIT_SECONDS["year"]
        return ast.Rate(_hazard(share, years), f"{share * 100:g}% over {length.text}")

    def chance_percent(self, share: float) -> ast.Chance:
        if share > 1:
            raise SentenceError(f"{share:.0%} is more than 100%")
        return ast.Chance(share, f"{share * 100:g}%")

    def chance_in(self, number: float, base: float) -> ast.Chance:
        if not base or number > base:
            raise SentenceError(f"{number:g} in {base:g} is more than all of them")
        return ast.Chance(number / base, f"{number:g} in {base:g}")

    def uword(self, token: Token) -> str:
        return str(token)

    def amount_fixed(self, a: float, unit: str | None = None) -> ast.Quantity:
        return ast.Quantity("fixed", a, 0.0, unit)

    def amount_range(self, a: float, b: float, unit: str | None = None) -> ast.Quantity:
        if b < a:
            raise SentenceError(f"{a:g} to {b:g} runs backwards")
        return ast.Quantity("uniform", a, b, unit)

    def amount_sd(self, a: float, *rest: Anything) -> ast.Quantity:
        sd = next(item for item in rest if isinstance(item, float))
        unit = next((item for item in rest if isinstance(item, str)), None)
        return ast.Quantity("normal", a, sd, unit)

    def value(self, item: Anything) -> Anything:
        return item

    def trend_to(self, a: float, b: float, over: ast.Length) -> ast.Trend:
        return ast.Trend(a, b, over, 0.0)

    def trend_up(self, a: float, slope: float, unit: Token) -> ast.Trend:
        return ast.Trend(a, None, None, slope * _per_year(unit))

    def trend_down(self, a: float, slope: float, unit: Token) -> ast.Trend:
        return ast.Trend(a, None, None, -slope * _per_year(unit))

    # blocks
    def exit_rate(self, name: str, condition: ast.Condition | None) -> ast.Exit:
        return ast.Exit("rate", ast.Ref(name), condition)

    def exit_after(self, by: ast.Span | ast.Ref, condition: ast.Condition | None) -> ast.Exit:
        return ast.Exit("after", by, condition)

    def exit_when(self, condition: ast.Condition) -> ast.Exit:
        return ast.Exit("when", None, condition)

    def factor_number(self, by: float, condition: ast.Condition) -> ast.Factor:
        return ast.Factor(by, condition)

    def factor_ref(self, name: str, condition: ast.Condition) -> ast.Factor:
        return ast.Factor(ast.Ref(name), condition)

    def factor_odds(self, by: float, condition: ast.Condition) -> ast.Factor:
        return ast.Factor(by, condition, odds=True)

    def visit(self, kind: str, reason: str | None, lasting: Anything, specialty: str | None) -> ast.VisitText:
        from healthsynth.record.events import VISIT_KINDS

        if kind not in VISIT_KINDS:
            hint = near(kind, VISIT_KINDS) or "one of " + ", ".join(VISIT_KINDS)
            raise SentenceError(f"'{kind}' is no kind of visit", hint=hint)
        return ast.VisitText(kind, reason, lasting, specialty)

    def at_visit(self, name: Anything) -> ast.AtVisit:
        return ast.AtVisit("*" if str(name) in ("any", "*") else str(name))

    def effect_ref(self, name: str, within: ast.Length | None) -> ast.Effect:
        return ast.Effect(ast.Ref(name), within)

    def effect_amount(self, number: float, unit: str | None, within: ast.Length | None) -> ast.Effect:
        return ast.Effect(ast.Quantity("fixed", number, 0.0, unit), within)

    def effect_percent(self, number: float, within: ast.Length | None) -> ast.Effect:
        return ast.Effect(ast.Quantity("fixed", number, 0.0, None), within, percent=True)

    def noise_plain(self, sd: float) -> ast.Noise:
        return ast.Noise(sd)

    def noise_percent(self, sd: float) -> ast.Noise:
        return ast.Noise(sd, percent=True)

    def varies(self, sd: float, over: ast.Length) -> ast.Varies:
        return ast.Varies(sd, over)

    def stay(self, lasting: Anything, reason: str | None) -> ast.VisitText:
        return ast.VisitText("inpatient", reason, lasting, None)

    def first_within(self, span: ast.Span) -> ast.Span:
        return ast.Span("uniform", ast.Length(0, 0), span.a)

    def first_after(self, by: ast.Span | ast.Ref) -> ast.Span | ast.Ref:
        return by

    def rate_becomes(self, name: str, state: str) -> ast.RateOf:
        return ast.RateOf("becomes", name, state)

    def rate_diagnosed(self, name: str) -> ast.RateOf:
        return ast.RateOf("diagnosed", name)

    def rate_prescribed(self, name: str) -> ast.RateOf:
        return ast.RateOf("prescribed", name)

    def rate_performed(self, name: str) -> ast.RateOf:
        return ast.RateOf("performed", name)

    def rate_given(self, name: str) -> ast.RateOf:
        return ast.RateOf("given", name)

    def rate_encounter(self, name: str) -> ast.RateOf:
        return ast.RateOf("encounter", name)

    def pair(self, left: ast.Expression, right: ast.Expression) -> ast.Pair:
        return ast.Pair(left, right)

    def occasion_visit(self, name: str, word: Anything = None, *chances: Anything) -> ast.Occasion:
        names = tuple(str(chance) for chance in chances if chance is not None)
        happens = str(word) == "with"
        return ast.Occasion(name, None, names if happens else (), () if happens else names)

    def occasion_wait(self, length: ast.Length) -> ast.Occasion:
        return ast.Occasion(None, length)

    # bands of ages: [low, high) in years
    def band_range(self, low: float, high: float, unit: Token | None) -> tuple[float, float]:
        if high < low:
            raise SentenceError(f"{low:g} to {high:g} runs backwards")
        one = _in_years(unit)
        return low * one, (high + 1) * one

    def band_over(self, low: float, unit: Token | None) -> tuple[float, float]:
        return low * _in_years(unit), 200.0

    def band_under(self, high: float, unit: Token | None) -> tuple[float, float]:
        return 0.0, high * _in_years(unit)

    def band_one(self, age: float, unit: Token | None) -> tuple[float, float]:
        one = _in_years(unit)
        return age * one, (age + 1) * one

    # doses
    def dose(self, amount: float, unit: Token, frequency: tuple[int, int], prn: Token | None) -> ast.DoseText:
        times, period = frequency
        return ast.DoseText(amount, str(unit), times, period, prn is not None, "")

    def dose_range(
        self, _low: float, high: float, unit: Token, frequency: tuple[int, int], prn: Token | None
    ) -> ast.DoseText:
        return self.dose(high, unit, frequency, prn)

    def f_once(self) -> tuple[int, int]:
        return 1, 0

    def f_daily(self, _moment: Token | None) -> tuple[int, int]:
        return 1, DAY

    def f_twice(self, _moment: Token | None) -> tuple[int, int]:
        return 2, DAY

    def f_times(self, times: float | Token, _moment: Token | None) -> tuple[int, int]:
        return int(times) if isinstance(times, float) else _COUNTS[str(times)], DAY

    def f_weekly(self) -> tuple[int, int]:
        return 1, 7 * DAY

    def f_biweekly(self) -> tuple[int, int]:
        return 2, 7 * DAY

    def f_monthly(self) -> tuple[int, int]:
        return 1, 30 * DAY

    def f_every(self, number: float, unit: Token) -> tuple[int, int]:
        return 1, int(_fixed_length(number, str(unit)).total)

    def f_every_range(self, low: float, _high: float, unit: Token) -> tuple[int, int]:
        return self.f_every(low, unit)


setattr(_Build, "is", _Build.is_)  # the rule's name is a Python keyword


_COUNTS = {"three": 3, "four": 4, "five": 5, "six": 6}


def _per_year(unit: Token) -> float:
    return ast.UNIT_SECONDS["year"] / ast.UNIT_SECONDS[str(unit).removesuffix("s")]


def _in_years(unit: Token | None) -> float:
    return 1.0 if unit is None else 1 / _per_year(unit)


def _median_unit(middle: float, low: float, high: float) -> tuple[ast.Length, ast.Length]:
    """`median 5 years (2 to 12)`: the bracket is in the unit that makes the median lie inside it."""
    for unit in ("year", "month", "week", "day", "hour", "minute"):
        if low <= middle / ast.UNIT_SECONDS[unit] <= high:
            return _fixed_length(low, unit), _fixed_length(high, unit)
    raise SentenceError(f"the median does not lie between {low:g} and {high:g}")


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", start=list(KINDS), maybe_placeholders=True, propagate_positions=False)


@lru_cache(maxsize=8192)
def parse(kind: str, text: str) -> Anything:
    """The tree of one text.

    Args:
        kind: one of KINDS.
        text: what the author wrote.
    Raises:
        SentenceError: with the column and what was expected.
    """
    try:
        tree = _parser().parse(text, start=kind)
        built = _Build().transform(tree)
    except UnexpectedInput as error:
        at_end = getattr(getattr(error, "token", None), "type", "") == "$END"
        column = len(text) + 1 if at_end or not isinstance(error.column, int) or error.column < 1 else error.column
        found = text[column - 1 :].split(" ")[0] if column <= len(text) else ""
        what = f"'{found}' does not belong here" if found else "the sentence stops too early"
        raise SentenceError(what, column, f"expected {WORDS[kind]}") from None
    except VisitError as error:
        if isinstance(error.orig_exc, SentenceError):
            raise error.orig_exc from None
        raise
    except LarkError as error:
        raise SentenceError(f"not understood; expected {WORDS[kind]}: {error}") from None
    if kind == "dose":
        return ast.DoseText(built.amount, built.unit, built.times, built.period, built.as_needed, text)
    return built
