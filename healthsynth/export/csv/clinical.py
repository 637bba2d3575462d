"""conditions.csv, allergies.csv and careplans.csv: what lasts."""

from healthsynth.export.csv.columns import (
    DESCRIPTION,
    ENCOUNTER,
    PATIENT,
    REASON,
    Columns,
    optional,
    required,
)
from healthsynth.export.csv.page import Page
from healthsynth.export.csv.text import coded, date, quoted, reason
from healthsynth.record.events import Allergy, Diagnosis, Plan
from healthsynth.vocabulary import RXNORM, SNOMED, Concept

CONDITIONS: Columns = (
    required("START", "date", "day of the diagnosis"),
    optional("STOP", "date", "day it resolved; empty while active"),
    PATIENT,
    ENCOUNTER,
    required("SYSTEM", "uri", "system of the code"),
    required("CODE", "code", "SNOMED CT"),
    DESCRIPTION,
)

_REACTIONS = 2
ALLERGIES: Columns = (
    required("START", "date", "day it was charted"),
    optional("STOP", "date", "day it was found to be over"),
    PATIENT,
    ENCOUNTER,
    required("CODE", "code", "SNOMED CT, or RxNorm for a substance"),
    required("SYSTEM", "word", "SNOMED-CT or RxNorm"),
    DESCRIPTION,
    optional("TYPE", "word", "allergy or intolerance"),
    optional("CATEGORY", "word", "medication, food, environment, biologic"),
    *(
        optional(name.format(n), format_, meaning)
        for n in range(1, _REACTIONS + 1)
        for name, format_, meaning in (
            ("REACTION{}", "code", "SNOMED CT code of a reaction"),
            ("DESCRIPTION{}", "text", "the display of the reaction"),
            ("SEVERITY{}", "word", "MILD, MODERATE or SEVERE"),
        )
    ),
)

CAREPLANS: Columns = (
    required("Id", "uuid", "the care plan; the same in FHIR"),
    required("START", "date", "day it began"),
    optional("STOP", "date", "day it ended; empty while followed"),
    PATIENT,
    ENCOUNTER,
    required("CODE", "code", "SNOMED CT"),
    DESCRIPTION,
    *REASON,
)

_SHORT = {SNOMED: "SNOMED-CT", RXNORM: "RxNorm"}


def condition(page: Page, event: Diagnosis) -> None:
    open_ = page.open[event.visit]
    code = event.concept.primary
    open_.diagnoses.append((code.code, event.onset))
    page.out["conditions"].append(
        f"{page.key(event.number)}{date(event.time)},{_stop(page, event.number)},{open_.owners},{code.system},{coded(event.concept)}"
    )


def allergy(page: Page, event: Allergy) -> None:
    code, more = event.concept.primary, event.concept.more
    reactions = [_reaction(manifestation, severity) for manifestation, severity in event.reactions[:_REACTIONS]]
    reactions += [",,"] * (_REACTIONS - len(reactions))
    page.out["allergies"].append(
        f"{page.key(event.number)}{date(event.time)},{_stop(page, event.number)},{page.open[event.visit].owners},"
        f"{code.code},"
        f"{_SHORT[code.system]},{quoted(code.display)},{more.get('type', 'allergy')},{more.get('category', '')},"
        f"{','.join(reactions)}"
    )


def careplan(page: Page, event: Plan) -> None:
    page.out["careplans"].append(
        f"{page.id(event.number)},{date(event.time)},{_stop(page, event.number)},{page.open[event.visit].owners},"
        f"{coded(event.concept)},{reason(event.reason)}"
    )


def _stop(page: Page, number: int) -> str:
    end = page.end(number)
    return "" if end is None else date(end)


def _reaction(manifestation: Concept, severity: str) -> str:
    return f"{coded(manifestation)},{severity.upper()}"
