"""How the chapters of causes of death divide into single causes, by age.

The parts are rounded from national counts of 2018-2019 (WISQARS leading causes, CDC WONDER, cancer mortality figures),
written down from memory where the reference data has no figure: treat them as assumed. Names are those of
clinical_modules/vocabulary/causes.yaml.
"""

Parts = dict[str, float]
Banded = tuple[tuple[int, Parts], ...]  # (youngest age, parts), ascending

CANCER = {
    "male": (
        (0, {"leukemia": 0.32, "brain_cancer": 0.36, "other_cancer": 0.32}),
        (20, {"brain_cancer": 0.16, "leukemia": 0.15, "colon_cancer": 0.16, "lymphoma": 0.08, "lung_cancer": 0.06}
         | {"melanoma": 0.05, "stomach_cancer": 0.04, "liver_cancer": 0.03, "pancreatic_cancer": 0.03}
         | {"other_cancer": 0.24}),
        (45, {"lung_cancer": 0.26, "colon_cancer": 0.11, "pancreatic_cancer": 0.09, "liver_cancer": 0.10}
         | {"esophageal_cancer": 0.05, "prostate_cancer": 0.04, "brain_cancer": 0.05, "leukemia": 0.03}
         | {"lymphoma": 0.03, "kidney_cancer": 0.04, "bladder_cancer": 0.02, "melanoma": 0.02}
         | {"multiple_myeloma": 0.02, "stomach_cancer": 0.03, "other_cancer": 0.11}),
        (65, {"lung_cancer": 0.24, "prostate_cancer": 0.12, "colon_cancer": 0.08, "pancreatic_cancer": 0.08}
         | {"liver_cancer": 0.05, "leukemia": 0.045, "bladder_cancer": 0.04, "esophageal_cancer": 0.04}
         | {"lymphoma": 0.04, "kidney_cancer": 0.03, "brain_cancer": 0.025, "multiple_myeloma": 0.02}
         | {"melanoma": 0.02, "stomach_cancer": 0.02, "other_cancer": 0.15}),
    ),
    "female": (
        (0, {"leukemia": 0.30, "brain_cancer": 0.38, "other_cancer": 0.32}),
        (20, {"breast_cancer": 0.25, "cervical_cancer": 0.10, "colon_cancer": 0.13, "brain_cancer": 0.10}
         | {"leukemia": 0.10, "lung_cancer": 0.05, "lymphoma": 0.04, "ovarian_cancer": 0.05, "melanoma": 0.03}
         | {"stomach_cancer": 0.03, "other_cancer": 0.12}),
        (45, {"lung_cancer": 0.22, "breast_cancer": 0.20, "colon_cancer": 0.09, "pancreatic_cancer": 0.07}
         | {"ovarian_cancer": 0.06, "uterine_cancer": 0.05, "liver_cancer": 0.04, "cervical_cancer": 0.03}
         | {"brain_cancer": 0.04, "leukemia": 0.03, "lymphoma": 0.02, "kidney_cancer": 0.02, "melanoma": 0.01}
         | {"multiple_myeloma": 0.015, "stomach_cancer": 0.015, "other_cancer": 0.09}),
        (65, {"lung_cancer": 0.24, "breast_cancer": 0.13, "colon_cancer": 0.09, "pancreatic_cancer": 0.09}
         | {"ovarian_cancer": 0.05, "uterine_cancer": 0.04, "leukemia": 0.04, "lymphoma": 0.04, "liver_cancer": 0.03}
         | {"multiple_myeloma": 0.02, "brain_cancer": 0.02, "bladder_cancer": 0.02, "kidney_cancer": 0.02}
         | {"melanoma": 0.01, "stomach_cancer": 0.015, "other_cancer": 0.145}),
    ),
}  # fmt: skip

# Chapter or group of ICD-10 -> parts by age. Heart disease to stroke follows the leading causes of 2018.
SPLITS: dict[str, Banded] = {
    "I00-I99": (
        (0, {"cardiac_arrest": 0.35, "arrhythmia": 0.25, "heart_failure": 0.15, "hemorrhagic_stroke": 0.25}),
        (15, {"cardiac_arrest": 0.22, "arrhythmia": 0.25, "coronary_heart_disease": 0.15, "hypertensive_heart_disease": 0.09}
         | {"heart_failure": 0.05, "hemorrhagic_stroke": 0.10, "ischemic_stroke": 0.04, "pulmonary_embolism": 0.06}
         | {"aortic_aneurysm": 0.04}),
        (35, {"coronary_heart_disease": 0.29, "myocardial_infarction": 0.13, "hypertensive_heart_disease": 0.16}
         | {"cardiac_arrest": 0.08, "arrhythmia": 0.08, "heart_failure": 0.05, "hemorrhagic_stroke": 0.09}
         | {"ischemic_stroke": 0.05, "pulmonary_embolism": 0.04, "aortic_aneurysm": 0.03}),
        (55, {"coronary_heart_disease": 0.34, "myocardial_infarction": 0.17, "hypertensive_heart_disease": 0.13}
         | {"cardiac_arrest": 0.04, "arrhythmia": 0.06, "heart_failure": 0.07, "hemorrhagic_stroke": 0.07}
         | {"ischemic_stroke": 0.08, "pulmonary_embolism": 0.02, "aortic_aneurysm": 0.02}),
        (65, {"coronary_heart_disease": 0.31, "myocardial_infarction": 0.13, "hypertensive_heart_disease": 0.09}
         | {"cardiac_arrest": 0.02, "arrhythmia": 0.09, "heart_failure": 0.12, "hemorrhagic_stroke": 0.05}
         | {"ischemic_stroke": 0.15, "pulmonary_embolism": 0.02, "aortic_aneurysm": 0.02}),
    ),
    "J00-J98": (
        (0, {"pneumonia": 0.60, "respiratory_failure": 0.25, "asthma": 0.05, "viral_pneumonia": 0.10}),
        (5, {"pneumonia": 0.35, "asthma": 0.30, "viral_pneumonia": 0.15, "respiratory_failure": 0.20}),
        (25, {"pneumonia": 0.40, "asthma": 0.16, "viral_pneumonia": 0.09, "copd": 0.20, "respiratory_failure": 0.15}),
        (45, {"copd": 0.55, "pneumonia": 0.20, "viral_pneumonia": 0.04, "asthma": 0.03, "pulmonary_fibrosis": 0.06}
         | {"respiratory_failure": 0.12}),
        (65, {"copd": 0.58, "pneumonia": 0.17, "viral_pneumonia": 0.02, "pulmonary_fibrosis": 0.09, "asthma": 0.01}
         | {"respiratory_failure": 0.13}),
    ),
    "E00-E88": (
        (0, {"metabolic_disorder": 0.80, "malnutrition": 0.10, "diabetes": 0.10}),
        (20, {"diabetes": 0.55, "metabolic_disorder": 0.40, "malnutrition": 0.05}),
        (45, {"diabetes": 0.70, "metabolic_disorder": 0.25, "malnutrition": 0.05}),
        (75, {"diabetes": 0.60, "metabolic_disorder": 0.23, "malnutrition": 0.17}),
    ),
    "G00-G98": (
        (0, {"cerebral_palsy": 0.35, "epilepsy": 0.30, "muscular_dystrophy": 0.15, "encephalopathy": 0.20}),
        (25, {"epilepsy": 0.35, "cerebral_palsy": 0.25, "muscular_dystrophy": 0.12, "als": 0.13, "encephalopathy": 0.15}),
        (55, {"als": 0.28, "parkinson": 0.16, "alzheimer": 0.20, "epilepsy": 0.12, "encephalopathy": 0.24}),
        (70, {"alzheimer": 0.48, "parkinson": 0.24, "dementia": 0.10, "als": 0.07, "encephalopathy": 0.08, "epilepsy": 0.03}),
        (80, {"alzheimer": 0.56, "parkinson": 0.14, "dementia": 0.22, "encephalopathy": 0.06, "als": 0.01, "epilepsy": 0.01}),
    ),
    "F01-F99": (
        (0, {"drug_use": 0.50, "alcohol_dependence": 0.50}),
        (55, {"drug_use": 0.20, "alcohol_dependence": 0.40, "dementia": 0.40}),
        (70, {"alcohol_dependence": 0.05, "dementia": 0.95}),
    ),
    "K00-K92": (
        (0, {"gastrointestinal_bleeding": 0.50, "liver_disease": 0.50}),
        (25, {"alcoholic_liver_disease": 0.50, "cirrhosis": 0.22, "liver_disease": 0.08, "pancreatitis": 0.06}
         | {"gastrointestinal_bleeding": 0.14}),
        (65, {"cirrhosis": 0.28, "alcoholic_liver_disease": 0.15, "liver_disease": 0.07, "pancreatitis": 0.05}
         | {"gastrointestinal_bleeding": 0.45}),
        (80, {"cirrhosis": 0.12, "liver_disease": 0.08, "pancreatitis": 0.04, "gastrointestinal_bleeding": 0.76}),
    ),
    "N00-N98": (
        (0, {"acute_kidney_failure": 0.60, "urinary_infection": 0.40}),
        (25, {"chronic_kidney_disease": 0.70, "acute_kidney_failure": 0.15, "urinary_infection": 0.15}),
    ),
    "A00-B99": (
        (0, {"sepsis": 0.80, "gastroenteritis": 0.20}),
        (25, {"sepsis": 0.50, "hiv": 0.30, "hepatitis_c": 0.15, "gastroenteritis": 0.05}),
        (65, {"sepsis": 0.73, "hiv": 0.03, "hepatitis_c": 0.09, "gastroenteritis": 0.15}),
    ),
    "W00-X59": (
        (0, {"suffocation": 0.90, "drowning": 0.05, "accidental_injury": 0.05}),
        (1, {"drowning": 0.50, "suffocation": 0.20, "accidental_injury": 0.30}),
        (10, {"drug_overdose": 0.45, "drowning": 0.25, "accidental_injury": 0.30}),
        (20, {"drug_overdose": 0.88, "drowning": 0.03, "fall": 0.02, "accidental_injury": 0.07}),
        (55, {"drug_overdose": 0.65, "fall": 0.15, "suffocation": 0.05, "accidental_injury": 0.15}),
        (70, {"drug_overdose": 0.08, "fall": 0.65, "suffocation": 0.08, "accidental_injury": 0.19}),
    ),
    "P00-P96": (
        (0, {"prematurity": 0.55, "newborn_respiratory_distress": 0.15, "newborn_sepsis": 0.12, "newborn_brain_injury": 0.18}),
        (1, {"newborn_brain_injury": 1.0}),
    ),
    "Q00-Q99": (
        (0, {"congenital_heart_disease": 0.55, "congenital_lung_malformation": 0.20, "congenital_hydrocephalus": 0.25}),
    ),
    "R00-R99": ((0, {"sudden_infant_death": 1.0}), (1, {"unknown_cause": 1.0})),
    "D50-D89": ((0, {"immune_disorder": 0.50, "anemia": 0.50}),),
    "M00-M99": ((0, {"connective_tissue_disease": 1.0}),),
    "L00-L98": ((0, {"skin_infection": 0.60, "pressure_ulcer": 0.40}),),
    "O00-O99": ((0, {"complication_of_pregnancy": 1.0}),),
    "U00-U99": ((0, {"covid_19": 1.0}),),
    "V01-V99": ((0, {"traffic_accident": 1.0}),),
    "X60-X84": ((0, {"suicide": 1.0}),),
    "X85-Y09": ((0, {"homicide": 1.0}),),
    "Y35-Y36": ((0, {"homicide": 1.0}),),
    "Y10-Y34": ((0, {"accidental_injury": 1.0}),),
    "Y85-Y89": ((0, {"accidental_injury": 1.0}),),
    "Y40-Y84": ((0, {"complication_of_care": 1.0}),),
    "H00-H57": ((0, {"unknown_cause": 1.0}),),
    "H60-H93": ((0, {"unknown_cause": 1.0}),),
}  # fmt: skip


def split(icd10: str, sex: str, age: int) -> Parts:
    """Parts of a chapter at an age, by the name of the cause; they add to one."""
    banded = CANCER[sex] if icd10 == "C00-D48" else SPLITS[icd10]
    parts = next(parts for youngest, parts in reversed(banded) if age >= youngest)
    total = sum(parts.values())
    return {f"death_from_{name}": part / total for name, part in parts.items()}
