"""The text of a note as HTML: its heads, lists and results become what they are.

| in the text | on the page |
|---|---|
| a line in capitals at the start of a paragraph | a head |
| lines that begin with '- ' | a list |
| results | a table, made from the results themselves |
| vital signs, growth and answers, one to a line | a list in one line |
| any other line | a paragraph |
"""

from collections.abc import Sequence
from itertools import groupby

from markupsafe import Markup

from healthsynth.export.html import words
from healthsynth.export.note_lines import label
from healthsynth.record.events import Result

_IN_LINE = frozenset({"VITAL SIGNS", "GROWTH", "SOCIAL HISTORY AND QUESTIONNAIRES"})
_HEAD = '<table class="res"><thead><tr><th scope="col">Test<th scope="col">Value<th scope="col">Normal<th scope="col">Flag<tbody>'


def markup(text: str, tested: Sequence[Result]) -> Markup:
    """Everything between the head of the note and its signature, which the page itself shows.

    Args:
        text: of the note, as `export.notes` writes it.
        tested: the laboratory results of the visit.
    """
    body = _escaped(text.partition("\n\n")[2].rstrip().rpartition("\n")[0])
    return Markup("".join([_paragraph(part, tested) for part in body.split("\n\n") if part.strip()]))


def _paragraph(text: str, tested: Sequence[Result]) -> str:
    lines = text.strip("\n").split("\n")
    head = lines.pop(0) if lines[0].isupper() else ""
    title = f"<h4>{head.capitalize()}</h4>" if head else ""
    if head == "RESULTS":
        return f"{title}{_HEAD}{''.join([_row(result) for result in tested])}</table>"
    if head in _IN_LINE:
        return f'{title}<ul class="run"><li>{"<li>".join(lines)}</ul>'
    out = [title]
    for listed, group in groupby(lines, _is_listed):
        if listed:
            out.append("<ul><li>" + "<li>".join([line[2:] for line in group]) + "</ul>")
        else:
            out.append("<p>" + "<br>".join(group))
    return "".join(out)


def _is_listed(line: str) -> bool:
    return line.startswith("- ")


def _escaped(text: str) -> str:
    """For the text of an element; attributes are not written here."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _row(result: Result) -> str:
    concept = result.concept
    name, value = _escaped(label(concept)), _escaped(words.value(result))
    flag = words.flag(result)
    marked = f'<td class="hi">{flag}' if flag else "<td>"
    return f'<tr><th scope="row">{name}<td>{value}<td>{words.normal(result.range, concept.decimals)}{marked}'
