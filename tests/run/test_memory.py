"""What a worker holds without use goes back to the system."""

import ctypes
import subprocess
import sys

import pytest

_HELD = """
from pathlib import Path
from healthsynth.run.memory import give_back, keep_pages

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

keep_pages()
blocks = [b"1" * (1 << 20) for _ in range(200)]
above = b"1" * (1 << 20)
del blocks
held = resident()
give_back()
print(held - resident())
"""


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="for glibc 2.33 and later"
)
def test_what_a_large_patient_left_behind_is_given_back():
    given = int(subprocess.run([sys.executable, "-c", _HELD], check=True, capture_output=True, text=True).stdout)
    assert given > 150 << 20
