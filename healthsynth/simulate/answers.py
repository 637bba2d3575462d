"""What people say when asked: draws among answers."""

from healthsynth.simulate.conditions import bind
from healthsynth.simulate.nodes import Amount, Fixed, Test, first_to_hold
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
    """`answers` has one more than there are tests: what is said when none holds."""

    def __init__(self, tests: list[Test], answers: list[Answer]):
        self.tests = tests
        self.answers = answers

    def given(self, p: Patient) -> str:
        return self.answers[first_to_hold(self.tests, p)].given(p)


def answers_of(measure: Measure, scope: NumberScope) -> Answer:
    """What is said while conditions hold, or otherwise."""
    tests = [bind(scope.conditions[text], scope).node for text in measure.answers_while]
    tables = *measure.answers_while.values(), measure.answers or {}
    return _FirstAnswer(tests, [_drawn(table, scope) for table in tables])


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
