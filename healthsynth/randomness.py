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


# Counter-based draws: a function of where they are, so that leaving one out moves no other.
_MASK = (1 << 64) - 1
_FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93  # odd, with bits spread evenly


def mixed(a: int, b: int) -> int:
    """64 bits from two numbers of 64 bits: two rounds of multiplying and folding, about 0.4 microseconds."""
    x = (a ^ b) * _FIRST & _MASK
    x = (x ^ x >> 32) * _SECOND & _MASK
    return x ^ x >> 29
