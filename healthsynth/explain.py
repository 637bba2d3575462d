"""A paragraph per problem code, for `healthsynth explain`."""

from collections.abc import Mapping

from healthsynth.compile.explanations import LINT
from healthsynth.errors import UsageError, near
from healthsynth.spec.gmf.explanations import GMF
from healthsynth.validate.explanations import CHECKS

# Code -> a paragraph: those of the module linter, and the checks of `validate`. Each part explains its own codes.
EXPLANATIONS: Mapping[str, str] = {**LINT, **GMF, **CHECKS}


def explain(code: str) -> str:
    """The paragraph on a code, in any case.

    Raises:
        UsageError: there is no such code; near ones are offered.
    """
    check = code.partition("/")[0]  # validate names its findings check/kind
    for known, paragraph in EXPLANATIONS.items():
        if known.casefold() == check.casefold():
            return f"{known}\n{paragraph}"
    raise UsageError(f"there is no problem code '{code}'. {near(code, EXPLANATIONS)}".strip())
