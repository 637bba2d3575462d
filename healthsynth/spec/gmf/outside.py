"""What modules find that no module makes: attributes and vital signs that the engine itself keeps."""

# Attributes of a person from birth on, or written by the engine's own cast (body, risks, insurance, vaccines).
ATTRIBUTES = frozenset({
    "gender", "race", "ethnicity", "first_language", "city", "state", "county", "zip", "fips", "birth_city", "birth_state",
    "birth_country", "birthdate", "address", "telecom", "name", "first_name", "last_name", "id", "AGE", "AGE_MONTHS",
    "income", "poverty_ratio", "income_level", "education", "education_level", "occupation_level", "socioeconomic_score",
    "socioeconomic_category", "food_insecurity", "severe_housing_cost_burden", "unemployed", "no_vehicle_access", "uninsured",
    "veteran_population_override", "smoker", "quit smoking age", "alcoholic", "quit alcoholism age", "adherence probability",
    "RH_NEG", "sexual_orientation", "marital_status", "multiple_birth_status", "disabled", "insurance_status",
    "bmi_percentile", "current_weight_length_percentile", "days_until_death", "probability_of_fall_injury", "mi_risk",
    "ihd_risk", "cardio_risk", "ascvd_risk", "stroke_risk", "atrial_fibrillation_risk", "active_weight_management",
    "weight_loss_adherence", "weight_loss_percentage", "weight_management_start", "pre_management_weight",
    "long_term_weight_loss", "C19_FULLY_VACCINATED", "QALY", "DALY", "QOLS", "most-recent-daly", "most-recent-qaly",
    "last_visit_symptom_total",
})  # fmt: skip

VITAL_SIGNS = frozenset({
    "Height", "Weight", "Height Percentile", "Weight Percentile", "BMI", "Head Circumference", "Head Circumference Percentile",
    "Systolic Blood Pressure", "Diastolic Blood Pressure", "Oxygen Saturation", "Blood Glucose", "Glucose", "Urea Nitrogen",
    "Creatinine", "Calcium", "Sodium", "Potassium", "Chloride", "Carbon Dioxide", "Total Cholesterol", "Triglycerides", "LDL",
    "HDL", "Microalbumin Creatinine Ratio", "EGFR", "Left ventricular Ejection fraction", "Heart Rate", "Respiration Rate",
})  # fmt: skip
