"""Random streams keyed by what they decide, so that nothing that is added moves a draw of anything else."""

import random
from hashlib import blake2b


def key(seed: int, *purpose: object) -> int:
    """128 bits from the run's seed and a purpose, e.g. ``key(42, 7, "asthma")`` for patient 7."""
    text = "\0".join(str(part) for part in purpose).encode()
    digest = blake2b(text, key=(seed % 2**64).to_bytes(8, "big"), digest_size=16).digest()
    return int.from_bytes(digest, "big")


def stream(seed: int, *purpose: object) -> random.Random:
    """One independent stream per purpose; about 5 microseconds to make, 0.05 a draw."""
    return random.Random(key(seed, *purpose))
