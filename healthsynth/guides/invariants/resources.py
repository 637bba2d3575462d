"""Constraints of single resource types of R4."""

from typing import Any

from healthsynth.guides.findings import WARNING, choice, codings, has_code, items, objects, section
from healthsynth.guides.invariants.rule import UCUM, Rule, any_of, needs, not_after, not_both, number

_TERMS = "http://terminology.hl7.org/CodeSystem/"
_CONDITION, _VERIFIED = _TERMS + "condition-clinical", _TERMS + "condition-ver-status"
_ALLERGY_VERIFIED = _TERMS + "allergyintolerance-verification"
_REQUESTS, _RESPONSES = ("batch", "transaction", "history"), ("batch-response", "transaction-response", "history")


def has(value: Any, name: str) -> bool:
    """Whether a choice element such as value[x] is there."""
    return bool(choice(value, name)[0])


def _con_3(value: Any, root: Any) -> bool:
    if "clinicalStatus" in value or has_code(value.get("verificationStatus"), _VERIFIED, "entered-in-error"):
        return True
    problems = (
        has_code(each, _TERMS + "condition-category", "problem-list-item") for each in items(value.get("category"))
    )
    return not any(problems)


def _con_4(value: Any, root: Any) -> bool:
    return not has(value, "abatement") or has_code(
        value.get("clinicalStatus"), _CONDITION, "resolved", "remission", "inactive"
    )


def _con_5(value: Any, root: Any) -> bool:
    return "clinicalStatus" not in value or not has_code(value.get("verificationStatus"), _VERIFIED, "entered-in-error")


def _ait_1(value: Any, root: Any) -> bool:
    return "clinicalStatus" in value or has_code(value.get("verificationStatus"), _ALLERGY_VERIFIED, "entered-in-error")


def _ait_2(value: Any, root: Any) -> bool:
    return "clinicalStatus" not in value or not has_code(
        value.get("verificationStatus"), _ALLERGY_VERIFIED, "entered-in-error"
    )


def _pairs(concept: Any) -> set[tuple[Any, Any]]:
    return {(str(each.get("system")), str(each.get("code"))) for each in codings(concept)}


def _obs_7(value: Any, root: Any) -> bool:
    if "component" not in value or not has(value, "value"):
        return True
    own = _pairs(value.get("code"))
    return not any(own & _pairs(each.get("code")) for each in objects(value["component"]))


def _app_3(value: Any, root: Any) -> bool:
    return ("start" in value and "end" in value) or value.get("status") in ("proposed", "cancelled", "waitlist")


def _prediction(value: Any, root: Any) -> bool:
    return (number(value.get("probabilityDecimal")) or 0) <= 100


def _percent(value: Any, root: Any) -> bool:
    shares = [section(section(value.get("probabilityRange")).get(end)) for end in ("low", "high")]
    return all(not each or (each.get("code") == "%" and each.get("system") == UCUM) for each in shares)


def _each(where: str, holds: Any) -> Any:
    """Every object of a repeating element fulfils a predicate (entry, bundle)."""
    return lambda value, root: all(holds(each, value) for each in objects(value.get(where)))


def _distinct(value: Any, root: Any) -> bool:
    if value.get("type") == "history":
        return True
    seen: set[tuple[str, str]] = set()
    for entry in objects(value.get("entry")):
        url = entry.get("fullUrl")
        if isinstance(url, str):
            version = section(section(entry.get("resource")).get("meta")).get("versionId", "")
            if (url, str(version)) in seen:
                return False
            seen.add((url, str(version)))
    return True


def _first(kind: str, name: str) -> Any:
    def holds(value: Any, root: Any) -> bool:
        entries = items(value.get("entry"))
        first = section(section(entries[0] if entries else None).get("resource"))
        return value.get("type") != kind or first.get("resourceType") == name

    return holds


def _document_identified(value: Any, root: Any) -> bool:
    given = section(value.get("identifier"))
    return value.get("type") != "document" or ("system" in given and "value" in given)


def _patient_consent(value: Any, root: Any) -> bool:
    codes = {each.get("code") for each in codings(value.get("scope")) if each.get("system") == "something"}
    return "patient" in value or not codes & {"patient-privacy", "research", "adr", "treatment"}


def _on_behalf(value: Any, root: Any) -> bool:
    target = section(value.get("member")).get("reference")
    known = isinstance(target, str) and "/" in target
    return "onBehalfOf" not in value or not known or str(target).split("/")[-2] == "Practitioner"


def _handed_over(value: Any, root: Any) -> bool:
    return not_after(value.get("whenPrepared"), value.get("whenHandedOver"))


def _stratum(value: Any, root: Any) -> bool:
    return "stratum" not in value or all(
        ("value" in each) != ("component" in each) for each in objects(value["stratum"])
    )


def _either(first: str, second: str) -> Any:
    return lambda value, root: (first in value) != (second in value)


def _not_home(value: Any, root: Any) -> bool:
    return not isinstance(value, dict) or value.get("use") != "home"


RESOURCES: dict[str, tuple[Rule, ...]] = {
    "AllergyIntolerance": (
        Rule("ait-1", "clinicalStatus is missing, and it was not entered in error", _ait_1),
        Rule("ait-2", "entered in error, yet with a clinicalStatus", _ait_2),
    ),
    "Appointment": (
        Rule("app-2", "start and end only together", lambda value, root: ("start" in value) == ("end" in value)),
        Rule("app-3", "only proposed, cancelled and waiting-list appointments may lack times", _app_3),
        Rule("app-4", "a cancelationReason needs status cancelled or noshow",
             lambda value, root: "cancelationReason" not in value or value.get("status") in ("no-show", "cancelled")),
    ),
    "Appointment.participant": (Rule("app-1", "neither type nor actor", any_of("type", "actor")),),
    "AppointmentResponse": (Rule("apr-1", "neither participantType nor actor", any_of("participantType", "actor")),),
    "AuditEvent.entity": (Rule("sev-1", "name and query exclude each other", not_both("name", "query")),),
    "Bundle": (
        Rule("bdl-1", "total is only for search results and histories",
             lambda value, root: "total" not in value or value.get("type") in ("searchset", "history")),
        Rule("bdl-2", "entry.search is only for search results",
             _each("entry", lambda entry, bundle: "search" not in entry or bundle.get("type") == "searchset")),
        Rule("bdl-3", "every entry of a batch, transaction or history has a request, of others none",
             _each("entry", lambda entry, bundle: ("request" in entry) == (bundle.get("type") in _REQUESTS))),
        Rule("bdl-4", "every entry of a response or history has a response, of others none",
             _each("entry", lambda entry, bundle: ("response" in entry) == (bundle.get("type") in _RESPONSES))),
        Rule("bdl-7", "two entries have the same fullUrl and version", _distinct),
        Rule("bdl-9", "a document has an identifier with system and value", _document_identified),
        Rule("bdl-10", "a document has a timestamp",
             lambda value, root: value.get("type") != "document" or "timestamp" in value),
        Rule("bdl-11", "a document starts with a Composition", _first("document", "Composition")),
        Rule("bdl-12", "a message starts with a MessageHeader", _first("message", "MessageHeader")),
    ),
    "Bundle.entry": (
        Rule("bdl-5", "an entry has a resource, a request or a response", any_of("resource", "request", "response")),
        Rule("bdl-8", "a fullUrl names no version", lambda value, root: "/_history/" not in str(value.get("fullUrl", ""))),
    ),
    "CareTeam.participant": (Rule("ctm-1", "onBehalfOf, but the member is no practitioner", _on_behalf),),
    "DataRequirement.codeFilter": (Rule("drq-1", "either path or searchParam", _either("path", "searchParam")),),
    "DataRequirement.dateFilter": (Rule("drq-2", "either path or searchParam", _either("path", "searchParam")),),
    "MeasureReport.group.stratifier": (Rule("mrp-2", "a stratum has either a value or components", _stratum),),
    "MedicationDispense": (Rule("mdd-1", "handed over before it was prepared", _handed_over),),
    "MolecularSequence": (
        Rule("msq-3", "coordinateSystem is 0 or 1", lambda value, root: value.get("coordinateSystem") in (0, 1)),
    ),
    "CarePlan.activity": (Rule("cpl-3", "detail and reference exclude each other", not_both("detail", "reference")),),
    "Composition.section": (
        Rule("cmp-1", "neither text nor entries nor sections", any_of("text", "entry", "section")),
        Rule("cmp-2", "an emptyReason beside entries", not_both("emptyReason", "entry")),
    ),
    "Condition": (
        Rule("con-3", "a problem list item without clinicalStatus", _con_3, WARNING),
        Rule("con-4", "abated, yet clinicalStatus is not inactive, remission or resolved", _con_4),
        Rule("con-5", "entered in error, yet with a clinicalStatus", _con_5),
    ),
    "Condition.evidence": (Rule("con-2", "neither code nor detail", any_of("code", "detail")),),
    "Condition.stage": (Rule("con-1", "neither summary nor assessment", any_of("summary", "assessment")),),
    "Consent": (
        Rule("ppc-1", "neither policy nor policyRule", any_of("policy", "policyRule")),
        *(Rule(key, "a consent of this scope names a patient", _patient_consent)
          for key in ("ppc-2", "ppc-3", "ppc-4", "ppc-5")),
    ),
    "CoverageEligibilityResponse.insurance.item": (
        Rule("ces-1", "either category or productOrService",
             lambda value, root: ("category" in value) != ("productOrService" in value)),
    ),
    "FamilyMemberHistory": (
        Rule("fhs-1", "age and born exclude each other", lambda value, root: not (has(value, "age") and has(value, "born"))),
        Rule("fhs-2", "estimatedAge without an age", lambda value, root: "estimatedAge" not in value or has(value, "age")),
    ),
    "Goal.target": (
        Rule("gol-1", "detail without a measure", lambda value, root: not has(value, "detail") or "measure" in value),
    ),
    "Group": (Rule("grp-1", "only an actual group has members",
                   lambda value, root: "member" not in value or value.get("actual") is True),),
    "Immunization.education": (Rule("imm-1", "neither documentType nor reference", any_of("documentType", "reference")),),
    "ImmunizationRecommendation.recommendation": (
        Rule("imr-1", "neither vaccineCode nor targetDisease", any_of("vaccineCode", "targetDisease")),
    ),
    "InsurancePlan": (Rule("ipn-1", "neither identifier nor name", any_of("identifier", "name")),),
    "Linkage": (Rule("lnk-1", "links fewer than two items", lambda value, root: len(items(value.get("item"))) > 1),),
    "List": (
        Rule("lst-1", "an emptyReason beside entries", not_both("emptyReason", "entry")),
        Rule("lst-2", "deleted is only for lists of changes", lambda value, root: value.get("mode") == "changes" or all(
            "deleted" not in each for each in objects(value.get("entry")))),
        Rule("lst-3", "entry dates are only for working lists", lambda value, root: value.get("mode") == "working" or all(
            "date" not in each for each in objects(value.get("entry")))),
    ),
    "MeasureReport": (Rule("mrp-1", "a data collection has no groups",
                           lambda value, root: value.get("type") != "data-collection" or "group" not in value),),
    "MedicationAdministration.dosage": (
        Rule("mad-1", "neither dose nor rate", lambda value, root: "dose" in value or has(value, "rate")),
    ),
    "NutritionOrder": (
        Rule("nor-1", "no diet, supplement or formula", any_of("oralDiet", "supplement", "enteralFormula"), WARNING),
    ),
    "Observation": (
        Rule("obs-6", "a dataAbsentReason beside a value",
             lambda value, root: "dataAbsentReason" not in value or not has(value, "value")),
        Rule("obs-7", "a component has the code of the observation, which has a value itself", _obs_7),
    ),
    "Observation.referenceRange": (Rule("obs-3", "neither low nor high nor text", any_of("low", "high", "text")),),
    "Organization": (Rule("org-1", "neither identifier nor name", any_of("identifier", "name")),),
    "Patient.contact": (
        Rule("pat-1", "no name, telecom, address or organization", any_of("name", "telecom", "address", "organization")),
    ),
    "QuestionnaireResponse.item": (Rule("qrs-1", "answer and item exclude each other", not_both("answer", "item")),),
    "RequestGroup.action": (
        Rule("rqg-1", "either a resource or actions", lambda value, root: ("resource" in value) != ("action" in value)),
    ),
    "RiskAssessment.prediction": (
        Rule("ras-1", "the limits of a probability are percentages", _percent),
        Rule("ras-2", "a probability above 100", _prediction),
    ),
    "ServiceRequest": (Rule("prr-1", "orderDetail without a code", needs("orderDetail", "code")),),
}  # fmt: skip

FIELDS: dict[str, tuple[Rule, ...]] = {
    "Organization.address": (Rule("org-2", "an organization has no home address", _not_home),),
    "Organization.telecom": (Rule("org-3", "an organization has no home telephone", _not_home),),
}
