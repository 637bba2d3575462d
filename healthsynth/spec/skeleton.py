"""`module new`: a commented skeleton that lints, so that an author starts from something that works."""

import re
from pathlib import Path

from healthsynth.errors import UsageError

SKELETON = """\
# {title}. Read docs/module-language.md for every word; `healthsynth module lint {name}.yaml` finds mistakes,
# `healthsynth module show {name} --modules .` reads it aloud.
module: {name}
title: {title}
language: 1
version: 0.1.0
authors: [your name]
reviewed: not yet                 # by NAME on DATE, once a clinician has signed the read-aloud sheet
story: >
  What happens to people, in three sentences.
not modelled: [what a reader might expect and will not find]
reads: [age, sex]                 # everything taken from elsewhere
gives: [{name}]                   # what other modules may read
vocabulary: [core]                # short names for codes: clinical_modules/vocabulary/core.yaml

sources:                          # each figure has one
  example: Author 2020, Journal 1:1

numbers:                          # a rate is for time, a chance for one moment; each has its evidence
  onset: {{rate by age: {{0 to 39: 0.1% per year, 40 and over: 0.5% per year}}, source: example}}
  lasts: {{duration: 2 to 6 weeks, source: example}}
  seeks_care: {{chance: 70%, assumed: most people with this go to a doctor}}

course:                           # what is true, whether or not anyone has looked
  {name}:
    starts: none
    none:   {{to active: at rate onset}}
    active: {{to none: after lasts}}

care:                             # what clinicians see and do: the only way into the chart
  first_visit:
    when: {name} is active
    chance: seeks_care
    after: 1 to 5 days
    visit: outpatient
    do:
      - test: [blood_pressure, body_temperature]
      - note: Seen for new complaints.

expect:                           # published figures that the simulated population must meet
  adults: {{share: {name} is active, of: age >= 40, is: 0.04%, within: 0.04 points, source: example}}
  onsets: {{rate: {name} becomes active, of: age >= 40, is: 5 per 1000 person-years, within: 1 per 1000 person-years, source: example}}
  visits: {{rate: charted encounter first_visit, of: age >= 40, is: 3.5 per 1000 person-years, within: 1 per 1000 person-years, source: example}}

stories:                          # exact examples
  someone comes:
    given: {{sex: female, age: 50, {name}: active}}
    when: first_visit visit with seeks_care
    then: [tested blood_pressure within 1 day]
  someone does not come:
    given: {{sex: male, age: 50, {name}: active}}
    when: 2 weeks pass
    then: [sex is male]
"""


def write(name: str, folder: Path) -> Path:
    """Write NAME.yaml into a folder.

    Raises:
        UsageError: the name is none, the folder is not there, or the file is there already.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise UsageError(f"'{name}' is not a name: lower case words joined by _")
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}")
    target = folder / f"{name}.yaml"
    if target.exists():
        raise UsageError(f"{target} is there already")
    title = name.replace("_", " ")
    target.write_text(SKELETON.format(name=name, title=title[0].upper() + title[1:]), encoding="utf-8")
    return target
