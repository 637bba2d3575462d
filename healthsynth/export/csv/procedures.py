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
from healthsynth.record.ids import INSTANCE, SERIES, STUDY_PROCEDURE, uuid
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
    required("Id", "uuid", "the study, of which each image has a row; the same in FHIR"),
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

# Modality (DICOM PS3.16 CID 29) -> its meaning, and the class of its images with its name (PS3.4 table B.5-1).
_SOP = "1.2.840.10008.5.1.4.1.1."
_MODALITIES = {
    "BMD": ("Bone Mineral Densitometry", f"{_SOP}1", "Computed Radiography Image Storage"),
    "CR": ("Computed Radiography", f"{_SOP}1", "Computed Radiography Image Storage"),
    "CT": ("Computed Tomography", f"{_SOP}2", "CT Image Storage"),
    "DX": ("Digital Radiography", f"{_SOP}1.1", "Digital X-Ray Image Storage - For Presentation"),
    "ECG": ("Electrocardiography", f"{_SOP}9.1.1", "12-lead ECG Waveform Storage"),
    "ES": ("Endoscopy", f"{_SOP}77.1.1", "VL Endoscopic Image Storage"),
    "MG": ("Mammography", f"{_SOP}1.2", "Digital Mammography X-Ray Image Storage - For Presentation"),
    "MR": ("Magnetic Resonance", f"{_SOP}4", "MR Image Storage"),
    "NM": ("Nuclear Medicine", f"{_SOP}20", "Nuclear Medicine Image Storage"),
    "OP": ("Ophthalmic Photography", f"{_SOP}77.1.5.1", "Ophthalmic Photography 8 Bit Image Storage"),
    "PT": ("Positron emission tomography", f"{_SOP}128", "Positron Emission Tomography Image Storage"),
    "US": ("Ultrasound", f"{_SOP}6.1", "Ultrasound Image Storage"),
    "XA": ("X-Ray Angiography", f"{_SOP}12.1", "X-Ray Angiographic Image Storage"),
}
_IMAGING_LENGTH = 15 * MINUTE  # where the vocabulary does not say how long it takes


def procedure(page: Page, event: ProcedureDone) -> None:
    _write(page, event, event.end, page.key(event.number))


def imaging(page: Page, event: ImagingDone, sites: Mapping[str, Concept]) -> None:
    """The procedure that made it, and a study of one series with a row for each image.

    Args:
        sites: concepts by name, for the body site that the vocabulary names.
    """
    concept = event.concept
    key = f"{uuid(page.prefix, STUDY_PROCEDURE, event.number)}," if page.keyed else ""
    _write(page, event, event.time + imaging_length(concept), key)
    modality = concept.more.get("modality", "DX")
    meaning, sop, sop_name = _MODALITIES[modality]
    series = dicom_uid(uuid(page.prefix, SERIES, event.number))
    image = dicom_uid(uuid(page.prefix, INSTANCE, event.number))
    start = (
        f"{page.id(event.number)},{page.stamps[event.time]},{page.open[event.visit].owners},{series},"
        f"{reason(sites.get(concept.more.get('body_site', '')))},{modality},{meaning},{image}"
    )
    for view in range(1, int(concept.more.get("views", 1)) + 1):
        page.out["imaging_studies"].append(f"{start}.{view},{sop},{quoted(sop_name)},{concept.primary.code}")


def imaging_length(concept: Concept) -> int:
    """Seconds that a study takes."""
    return int(concept.more.get("takes", _IMAGING_LENGTH))


def dicom_uid(id_: str) -> str:
    """The UID of a UUID (ITU-T X.667: 2.25 and the number as a decimal)."""
    return f"2.25.{int(id_.replace('-', ''), 16)}"


def _write(page: Page, event: ProcedureDone | ImagingDone, end: Clock, key: str) -> None:
    price, _, share = page.bill(event, event.time, end)
    concept, open_ = event.concept, page.open[event.visit]
    page.out["procedures"].append(
        f"{key}{page.stamps[event.time]},{page.stamps[end]},{open_.owners},{concept.primary.system},{coded(concept)},"
        f"{money(price)},{reason(event.reason)}"
    )
    page.totals.providers[open_.visit.clinician.id][1] += 1
    if open_.coverage is not None:
        page.totals.payers[open_.coverage.payer.id][6 + (share == 0)] += 1
