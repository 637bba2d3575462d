"""All of `make conformance`: what the output must show, measured by other people's programs where there are any.

Prints a line for every check as it ends, then the table; writes build/conformance.json; exit code 1 when anything missed.
What needs the reference data folder or a server and did not get it is listed as SKIP, never left out in silence.
"""

import json
import sys
import time
import traceback
from dataclasses import asdict
from types import ModuleType

from tests.conformance import (
    codes,
    coherence,
    consumers,
    databases,
    gmf_modules,
    gmf_rates,
    gmf_speed,
    gmf_validity,
    kill,
    life_expectancy,
    loading,
    memory,
    native,
    pages,
    pyramid,
    sameness,
    strict,
    validator,
)
from tests.conformance.verdict import BUILD, SHOWN, Options, Verdict, arguments, options, said

CHECKS: tuple[ModuleType, ...] = (
    codes, coherence, pyramid, life_expectancy, sameness, native, kill, memory, strict, validator, loading, pages, databases, consumers,
    gmf_modules,
    gmf_rates, gmf_speed, gmf_validity,
)  # fmt: skip
# What CI has time for: real counterparts, and what a kill or another machine could break. In this order, the longest last.
IN_CI = "strict,sameness,kill,codes,validator,databases,consumers,pages,loading"
RESULT = BUILD.parent / "conformance.json"


def chosen(names: str) -> list[ModuleType]:
    """Checks by name, all of them if none is named."""
    known = {name_of(check): check for check in CHECKS}
    wanted = names.split(",") if names else list(known)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        sys.exit(f"there is no check {', '.join(unknown)}; there are {', '.join(known)}")
    return [known[name] for name in wanted]


def name_of(check: ModuleType) -> str:
    return check.__name__.rpartition(".")[2]


def looked(check: ModuleType, given: Options) -> list[Verdict]:
    """The verdicts of one check; one that breaks is a miss, and the others go on."""
    found: list[Verdict] = []
    try:
        found.extend(said(check.check(given)))
    except Exception as problem:
        trace = traceback.format_exc().splitlines()[-SHOWN:]
        figure = f"the check itself broke: {type(problem).__name__}"
        found.extend(said([Verdict(name_of(check), False, figure, "a figure", tuple(trace))]))
    return found


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--only", default="", help=f"some of {','.join(map(name_of, CHECKS))}")
    parsed = parser.parse_args()
    given = options(parsed)
    found: list[Verdict] = []
    for check in chosen(parsed.only or (IN_CI if given.small else "")):
        begun = time.monotonic()
        found += looked(check, given)
        print(f"     {name_of(check)}: {time.monotonic() - begun:.0f} s", flush=True)
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps([asdict(verdict) for verdict in found], indent=1, ensure_ascii=False) + "\n")
    print("\n" + "\n".join(verdict.line() for verdict in found))
    missed = sum(verdict.passed is False for verdict in found)
    skipped = sum(verdict.passed is None for verdict in found)
    print(f"{len(found) - missed - skipped} passed, {missed} missed, {skipped} not looked at")
    sys.exit(missed > 0)


if __name__ == "__main__":
    main()
