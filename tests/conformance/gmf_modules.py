"""Every module of Synthea's jar: does it load, lint, read aloud, draw, and convert to the module language?

The jar comes from Maven Central and is kept in the cache folder. What converted modules cannot have is not counted against them:
expectations with a source and stories (HS701, HS702), which only an author can write.
"""

import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.etree import ElementTree

from healthsynth import resources
from healthsynth.compile.build import is_warning
from healthsynth.compile.codes import known_codes
from healthsynth.compile.linting import lint as lint_ours
from healthsynth.errors import Problem
from healthsynth.spec.gmf.convert.module import Converted, convert, vocabulary
from healthsynth.spec.gmf.convert.names import Words
from healthsynth.spec.gmf.explanations import GMF
from healthsynth.spec.gmf.graph import edges, svg
from healthsynth.spec.gmf.lint import lint
from healthsynth.spec.gmf.load import load
from healthsynth.spec.gmf.model import GmfLibrary
from healthsynth.spec.gmf.say import say
from healthsynth.spec.vocabulary import load_vocabulary
from tests.conformance import gmf_peer
from tests.conformance.verdict import Options, Verdict, alone

AUTHORS = frozenset({"HS701", "HS702"})  # evidence and stories: nobody but an author has them
CANNOT = frozenset({"HS110", "HS504"})  # longer than a module may be; one code as two kinds of thing
VOCABULARY = "converted"


def check(options: Options) -> Iterable[Verdict]:
    """All modules of the jar, one verdict for each thing done with them."""
    try:
        folder = gmf_peer.modules()
    except RuntimeError as missing:
        yield Verdict("modules of Synthea", None, str(missing), "Java and Maven")
        return
    print(f"     the modules of {gmf_peer.jar().name}, {len(list(folder.rglob('*.json')))} files")
    library, problems = load([folder])
    files, broken = len(list(folder.rglob("*.json"))), {problem.file for problem in problems}
    figure = f"{len(library.modules)} of {files} files, {len(library.tables)} lookup tables, {len(problems)} errors"
    whole = len(library.modules) == files and not broken
    yield Verdict("Synthea's modules load", whole, figure, "all of them, 0 errors", tuple(map(str, problems[:5])))
    yield _linted(library)
    yield _shown(library)
    yield _converted(library)


def _linted(library: GmfLibrary) -> Verdict:
    found = lint(library, known_codes())
    by_code: dict[str, list[Problem]] = defaultdict(list)
    for problem in found:
        by_code[problem.code].append(problem)
    _table(
        "warnings of lint",
        [(f"{code}  {GMF[code].split('.')[0]}"[:90], len(by_code[code])) for code in sorted(by_code)],
    )
    files = len({problem.file for problem in found})
    placed = all(problem.line > 0 and problem.hint for problem in found)
    examples = tuple(str(several[0]) for several in by_code.values())
    return Verdict(
        "… lint", placed, f"{len(found)} warnings in {files} files", "each with its place and a hint", examples
    )


def _shown(library: GmfLibrary) -> Verdict:
    states = ways = 0
    missed = []
    for module in library.modules.values():
        lines = say(module, library).splitlines()
        unsaid = [title for title in module.states if not any(line.startswith(f"{title}: ") for line in lines)]
        drawn = ElementTree.fromstring(svg(module))
        arrows = sum(part.get("class") == "e" for part in drawn.iter())
        expected = len(list(edges(module)))
        states, ways = states + len(module.states), ways + expected
        if unsaid or arrows != expected:
            missed.append(f"{module.key}: {len(unsaid)} states unsaid, {arrows} of {expected} ways drawn")
    figure = f"{states} states said, {ways} ways drawn, {len(missed)} modules amiss"
    return Verdict("… read aloud and drawn", not missed, figure, "every state and way", tuple(missed[:5]))


def _converted(library: GmfLibrary) -> Verdict:
    files, _ = load_vocabulary(sorted((resources.modules() / "vocabulary").glob("*.yaml")))
    concepts = {name: concept for one in files.values() for name, concept in one.concepts.items()}
    words = Words(concepts, {name: key for key, one in files.items() for name in one.concepts}, known_codes())
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder)
        (target / "vocabulary").mkdir()
        made = [convert(module, words, VOCABULARY) for module in library.modules.values()]
        for one in made:
            (target / f"{one.name}.yaml").write_text(one.text, encoding="utf-8")
        (target / "vocabulary" / f"{VOCABULARY}.yaml").write_text(vocabulary(words), encoding="utf-8")
        problems, _ = lint_ours([target])
    return _judged(made, problems)


def _judged(made: Sequence[Converted], problems: Sequence[Problem]) -> Verdict:
    errors = [problem for problem in problems if not is_warning(problem) and problem.code not in AUTHORS]
    bad = {Path(problem.file).stem for problem in errors}
    clean = sum(one.name not in bad for one in made)
    constructs: Counter[str] = Counter(
        construct for one in made for construct in {what.construct for what in one.unsaid}
    )
    _table("modules with something unsaid or said otherwise, by construct", constructs.most_common())
    _table("lint of converted modules", sorted(Counter(problem.code for problem in problems).items()))
    numbers, whole = sum(one.numbers for one in made), sum(not one.unsaid for one in made)
    figure = f"{clean} of {len(made)} lint clean, {whole} with nothing unsaid, {numbers} numbers want a source"
    codes = {problem.code for problem in errors}
    return Verdict(
        "… convert", codes <= CANNOT, figure, f"no error but {', '.join(sorted(CANNOT))}", tuple(map(str, errors[:5]))
    )


def _table(title: str, rows: Sequence[tuple[str, int]]) -> None:
    print(f"     {title}")
    for name, count in rows:
        print(f"       {count:6}  {name}")


if __name__ == "__main__":
    alone(check, __doc__ or "")
