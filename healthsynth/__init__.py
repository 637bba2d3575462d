"""Synthetic patients with whole medical histories.

import healthsynth as hs
population = hs.generate(1000, seed=42, state="Massachusetts")   # lazy: nothing is simulated yet
population.table("conditions")                                   # pandas DataFrame
patient = population[0]; patient.bundle()                        # fhir.resources Bundle, R4
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from healthsynth.api import Patient, Population, generate
    from healthsynth.errors import HealthsynthError, Problem, ProblemsError, UsageError

__version__ = "0.1.0"
__all__ = ["HealthsynthError", "Patient", "Population", "Problem", "ProblemsError", "UsageError", "generate"]

_HOMES = {"Patient": "api", "Population": "api", "generate": "api"}  # all others: errors


def __getattr__(name: str) -> Any:
    """The public names, imported when first used: `import healthsynth` stays light."""
    if name not in __all__:
        raise AttributeError(f"module 'healthsynth' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(f"healthsynth.{_HOMES.get(name, 'errors')}"), name)
