"""What a column is: its name, its format, whether it may be empty, and what it means."""

from dataclasses import dataclass

# Format -> (regular expression of a value that is not empty, dtype in a pandas frame).
FORMATS: dict[str, tuple[str, str]] = {
    "uuid": (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "string"),
    "payer": (r"0|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "string"),  # 0 is nobody
    "date": (r"\d{4}-\d{2}-\d{2}", "datetime64[s]"),
    "instant": (r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", "datetime64[s, UTC]"),
    "money": (r"-?\d+\.\d{2}", "Float64"),
    "degrees": (r"-?\d{1,3}\.\d+", "Float64"),
    "count": (r"\d+", "Int64"),
    "number": (r"-?\d+(\.\d+)?", "Float64"),
    "code": (r"[A-Za-z0-9][A-Za-z0-9.\-]*", "string"),
    "word": (r"[A-Za-z0-9_\-]+", "string"),
    "uri": (r"https?://\S+", "string"),
    "oid": (r"[0-2](\.(0|[1-9]\d*))+", "string"),
    "text": (r"[^\r\n]+", "string"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table. `required` is true when no row leaves it empty."""

    name: str
    format: str  # a key of FORMATS
    required: bool
    meaning: str

    @property
    def pattern(self) -> str:
        """A regular expression for a whole field, as it reads after the CSV's own quoting is undone."""
        pattern = f"(?:{FORMATS[self.format][0]})"
        return pattern if self.required else f"{pattern}?"

    @property
    def dtype(self) -> str:
        return FORMATS[self.format][1]


Columns = tuple[Column, ...]


def required(name: str, format_: str, meaning: str) -> Column:
    """A column with a value in every row."""
    return Column(name, format_, True, meaning)


def optional(name: str, format_: str, meaning: str) -> Column:
    """A column that is empty where nothing is known."""
    return Column(name, format_, False, meaning)


PATIENT = required("PATIENT", "uuid", "patients.Id")
ENCOUNTER = required("ENCOUNTER", "uuid", "encounters.Id of the visit in which it was charted")
DESCRIPTION = required("DESCRIPTION", "text", "the display of the code in its system")
REASON = (
    optional("REASONCODE", "code", "SNOMED CT code of what it was done for"),
    optional("REASONDESCRIPTION", "text", "the display of REASONCODE"),
)
