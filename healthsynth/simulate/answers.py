"""What people say when asked: draws among answers."""

from healthsynth.simulate.conditions import bind
from healthsynth.simulate.nodes import Amount, Fixed, Test
from healthsynth.simulate.numbers import NumberScope, chance_share
from healthsynth.simulate.patient import Patient
from healthsynth.spec.model import Measure


class Answer:
    """What somebody says when asked."""

    def given(self, p: Patient) -> str:
        raise NotImplementedError


class _Drawn(Answer):
    """A draw among answers: each with its chance; the last one, or the rest, takes what is left."""

    def __init__(self, answers: list[str], shares: list[Amount], rest: str, module: str):
        self.answers = answers
        self.shares = shares
        self.rest = rest
        self.module = module

    def given(self, p: Patient) -> str:
        u = p.draw(self.module)
        for i, share in enumerate(self.shares):
            u -= share.at(p)
            if u < 0:
                return self.answers[i]
        return self.rest or self.answers[-1]


class _FirstAnswer(Answer):
    def __init__(self, tests: list[Test], answers: list[Answer], last: Answer):
        self.tests = tests
        self.answers = answers
        self.last = last

    def given(self, p: Patient) -> str:
        for i, test in enumerate(self.tests):
            if test.holds(p):
                return self.answers[i].given(p)
        return self.last.given(p)


def answers_of(measure: Measure, scope: NumberScope) -> Answer:
    tests = [bind(scope.conditions[text], scope).node for text in measure.answers_while]
    answers: list[Answer] = [_drawn(table, scope) for table in measure.answers_while.values()]
    last = _drawn(measure.answers or {}, scope)
    return _FirstAnswer(tests, answers, last) if tests else last


def _drawn(table: dict[str, str], scope: NumberScope) -> Answer:
    """Answers with a chance each (name or percentage); `otherwise: ANSWER` takes the rest."""
    answers: list[str] = []
    shares: list[Amount] = []
    rest = ""
    for answer, text in table.items():
        if answer == "otherwise":
            rest = text
            continue
        answers.append(answer)
        by_name = not text[0].isdigit()
        shares.append(chance_share(scope.number(text), scope) if by_name else Fixed(float(text.rstrip("% ")) / 100))
    return _Drawn(answers, shares, rest, scope.module)
