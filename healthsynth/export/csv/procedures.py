"""procedures.csv and imaging_studies.csv."""

from collections.abc import Mapping

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
from healthsynth.export.csv.text import coded, money, quoted, reason
from healthsynth.record.events import ImagingDone, ProcedureDone
from healthsynth.record.ids import INSTANCE, SERIES, uuid
from healthsynth.units import MINUTE, Clock
from healthsynth.vocabulary import Concept

PROCEDURES: Columns = (
    required("START", "instant", "when it began"),
    optional("STOP", "instant", "when it was done"),
    PATIENT,
    ENCOUNTER,
    required("SYSTEM", "uri", "system of the code"),
    required("CODE", "code", "SNOMED CT"),
    DESCRIPTION,
    required("BASE_COST", "money", "USD of the procedure"),
    *REASON,
)

IMAGING_STUDIES: Columns = (
    required("Id", "uuid", "the study; the same in FHIR"),
    required("DATE", "instant", "when it was made"),
    PATIENT,
    ENCOUNTER,
    required("SERIES_UID", "oid", "DICOM UID of the series"),
    optional("BODYSITE_CODE", "code", "SNOMED CT"),
    optional("BODYSITE_DESCRIPTION", "text", "the display of BODYSITE_CODE"),
    required("MODALITY_CODE", "word", "DICOM modality"),
    required("MODALITY_DESCRIPTION", "text", "the modality's meaning in DICOM"),
    required("INSTANCE_UID", "oid", "DICOM UID of the image"),
    required("SOP_CODE", "oid", "DICOM SOP class"),
    required("SOP_DESCRIPTION", "text", "name of the SOP class"),
    required("PROCEDURE_CODE", "code", "SNOMED CT code of the procedure that made it"),
)

# DICOM PS3.16 CID 29 modalities, and the storage class of PS3.4 annex B.5 that their images have.
_MODALITIES = {
    "CR": (
        "Computed Radiography",
        "1.2.840.10008.5.1.4.1.1.1",
        "Computed Radiography Image Storage",
    ),
    "CT": ("Computed Tomography", "1.2.840.10008.5.1.4.1.1.2", "CT Image Storage"),
    "DX": (
        "Digital Radiography",
        "1.2.840.10008.5.1.4.1.1.1.1",
        "Digital X-Ray Image Storage - For Presentation",
    ),
    "MG": (
        "Mammography",
        "1.2.840.10008.5.1.4.1.1.1.2",
        "Digital Mammography X-Ray Image Storage - For Presentation",
    ),
    "MR": ("Magnetic Resonance", "1.2.840.10008.5.1.4.1.1.4", "MR Image Storage"),
    "NM": (
        "Nuclear Medicine",
        "1.2.840.10008.5.1.4.1.1.20",
        "Nuclear Medicine Image Storage",
    ),
    "OP": (
        "Ophthalmic Photography",
        "1.2.840.10008.5.1.4.1.1.77.1.5.1",
        "Ophthalmic Photography 8 Bit Image Storage",
    ),
    "PT": (
        "Positron emission tomography",
        "1.2.840.10008.5.1.4.1.1.128",
        "Positron Emission Tomography Image Storage",
    ),
    "US": ("Ultrasound", "1.2.840.10008.5.1.4.1.1.6.1", "Ultrasound Image Storage"),
    "XA": (
        "X-Ray Angiography",
        "1.2.840.10008.5.1.4.1.1.12.1",
        "X-Ray Angiographic Image Storage",
    ),
}
_OTHER = ("Other", "1.2.840.10008.5.1.4.1.1.7", "Secondary Capture Image Storage")
_IMAGING_LENGTH = 15 * MINUTE  # where the vocabulary does not say how long it takes


def procedure(page: Page, event: ProcedureDone) -> None:
    _write(page, event.visit, event.concept, event.time, event.end, event.reason)


def imaging(page: Page, event: ImagingDone, sites: Mapping[str, Concept]) -> None:
    """The procedure that made it, and the study of one series and one image.

    Args:
        sites: concepts by name, for the body site that the vocabulary names.
    """
    concept = event.concept
    _write(
        page,
        event.visit,
        concept,
        event.time,
        event.time + imaging_length(concept),
        event.reason,
    )
    modality = concept.more.get("modality", "OT")
    meaning, sop, sop_name = _MODALITIES.get(modality, _OTHER)
    site = sites.get(concept.more.get("body_site", ""))
    page.out["imaging_studies"].append(
        f"{page.id(event.number)},{page.stamps[event.time]},{page.open[event.visit].owners},"
        f"{dicom_uid(uuid(page.prefix, SERIES, event.number))},{reason(site)},{modality},{meaning},"
        f"{dicom_uid(uuid(page.prefix, INSTANCE, event.number))},{sop},{quoted(sop_name)},{concept.primary.code}"
    )


def imaging_length(concept: Concept) -> int:
    """Seconds that a study takes."""
    return int(concept.more.get("takes", _IMAGING_LENGTH))


def dicom_uid(id_: str) -> str:
    """The UID of a UUID (ITU-T X.667: 2.25 and the number as a decimal)."""
    return f"2.25.{int(id_.replace('-', ''), 16)}"


def _write(
    page: Page,
    visit: int,
    concept: Concept,
    start: Clock,
    end: Clock,
    why: Concept | None,
) -> None:
    price = page.bill(visit, "procedure", concept, start, end)
    open_ = page.open[visit]
    page.out["procedures"].append(
        f"{page.stamps[start]},{page.stamps[end]},{open_.owners},{concept.primary.system},{coded(concept)},{money(price)},"
        f"{reason(why)}"
    )
    page.totals.providers[open_.visit.clinician.id][1] += 1
    if open_.coverage is not None:
        page.totals.payers[open_.coverage.payer.id][6 + (open_.lines[-1].covered == 0)] += 1
