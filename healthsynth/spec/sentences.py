"""What each kind of sentence looks like, for error messages, schema and completion; light to import."""

KINDS = (
    "condition", "expression", "span", "when_", "rate", "chance", "amount", "value", "exit", "factor_text", "visit",
    "at_visit", "effect", "noise", "varies", "rate_of", "pair", "occasion", "dose", "length", "stay", "first", "band",
)  # fmt: skip

WORDS = {
    "condition": "a condition, such as 'age >= 40 and not diagnosed hypertension'",
    "expression": "an expression, such as '28.7 * hba1c - 46.7'",
    "span": "a time, such as '3 to 6 days' or 'about 2 weeks (sd 3 days)'",
    "length": "a time, such as '6 months'",
    "when_": "a time, such as '3 to 6 days', or the name of a duration",
    "rate": "a rate, such as '2.7% per year', '20 per 1000 person-years' or '12% over 5 years'",
    "chance": "a chance, such as '45%' or '12 in 1000'",
    "amount": "an amount, such as '8 mmHg', '10 to 20 mmHg' or '12 mmHg (sd 3)'",
    "value": "a value, such as '5.3 (sd 0.2)', '30 to 300', 'from 5.7 to 6.4 over 8 years'",
    "exit": "'at rate NUMBER [while ...]', 'after TIME [while ...]' or 'when CONDITION'",
    "factor_text": "a factor, such as '1.3 if sex is male'",
    "visit": "a visit, such as 'emergency for fracture_of_wrist lasting 3 hours'",
    "at_visit": "'wellness visit', 'NAME visit' or 'any visit'",
    "effect": "an effect, such as 'ace_effect within 4 weeks'",
    "noise": "a spread, such as 'sd 0.1' or 'sd 5 %'",
    "varies": "a wandering, such as 'sd 4 over 1 year'",
    "rate_of": "'COURSE becomes STATE', 'diagnosed NAME', 'prescribed NAME' or 'charted encounter NAME'",
    "pair": "two values, such as 'result hba1c with result glucose_level'",
    "occasion": "'NAME visit [with CHANCE]' or '2 years pass'",
    "dose": "a dose, such as '1 tablet twice a day'",
    "stay": "'3 to 6 days for REASON'",
    "band": "a band of ages, such as '0 to 4' or '60 and over'",
    "first": "'within 1 month' or 'after 2 weeks'",
}


class SentenceError(ValueError):
    """A text that is not a sentence of the language; `column` is 1-based in the text."""

    def __init__(self, message: str, column: int = 1, hint: str = ""):
        self.column, self.hint, self.message = column, hint, message
        super().__init__(message)
