"""A resource against the R4B models of `fhir.resources`: a second opinion on structure, of independent origin."""

import warnings
from functools import cache
from typing import Any

from healthsynth.guides.findings import Finding, Json

# In R4B these differ from R4, or do not exist there.
_NOT_IN_R4B = (
    "EffectEvidenceSynthesis", "Evidence", "EvidenceVariable", "MedicinalProduct", "RiskEvidenceSynthesis", "SubstanceNucleicAcid",
    "SubstancePolymer", "SubstanceProtein", "SubstanceReferenceInformation", "SubstanceSourceMaterial", "SubstanceSpecification",
    "DeviceDefinition", "ResearchDefinition", "ResearchElementDefinition",
)  # fmt: skip


def model_findings(resource: Json) -> list[Finding]:
    """What the pydantic model of the resource's type refuses; [] also where R4B has no such type.

    The first call imports `fhir.resources`, which takes a good part of a second.
    """
    from pydantic import ValidationError

    kind = resource.get("resourceType")
    if not isinstance(kind, str) or kind.startswith(_NOT_IN_R4B):
        return []
    model = _model(kind)
    if model is None:
        return []
    try:
        model.model_validate(resource)
    except ValidationError as refused:
        return [_finding(kind, error) for error in refused.errors(include_url=False, include_context=False)][:20]
    except (RecursionError, TypeError, ValueError, KeyError, AttributeError, AssertionError) as refused:
        # Validators of the models themselves stumble over some broken values.
        return [Finding(kind, "structure", _line(f"{type(refused).__name__}: {refused}"))]
    return []


_MOST_KEPT = 1 << 16
_passed: dict[object, None] = {}


def structure_findings(resource: Json) -> list[Finding]:
    """`model_findings`, asked once for all resources of the same keys and JSON types.

    For resources that `check` has found good: the form of their strings and numbers is right then, and what else the models look at
    (known keys, types, required and exclusive elements) depends on keys and JSON types alone.
    """
    form = _form(resource)
    if form in _passed:
        return []
    found = model_findings(resource)
    if not found:
        if len(_passed) >= _MOST_KEPT:
            _passed.clear()
        _passed[form] = None
    return found


def _form(value: Any) -> object:
    """Keys and JSON types, of lists only the different ones; the type of a resource is part of it."""
    if value.__class__ is dict:
        return tuple([(key, item if key == "resourceType" else _form(item)) for key, item in value.items()])
    if value.__class__ is list:
        return (list, *dict.fromkeys([_form(item) for item in value]))
    return value.__class__


@cache
def _model(kind: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from fhir.resources.R4B import get_fhir_model_class

        try:
            return get_fhir_model_class(kind)
        except (ValueError, LookupError, ImportError, AttributeError):
            return None


def _finding(kind: str, error: Any) -> Finding:
    path = kind
    for part in error["loc"]:
        path += f"[{part}]" if isinstance(part, int) else f".{part}"
    return Finding(path, "structure", _line(str(error["msg"]).removeprefix("Value error, ")))


def _line(text: str) -> str:
    """The first line, at most 160 characters."""
    plain = " ".join(text.split())
    return plain if len(plain) <= 160 else plain[:157] + "..."
