"""The memory of a worker: what it keeps for the next patient, and what it gives back to the system."""

import ctypes
import gc
import resource
import sys

_COLLECT = 200_000, 10, 10  # a life makes thousands of objects, and few that refer to each other
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of glibc's mallopt
_KEPT, _LARGE = 256 << 20, 64 << 20  # bytes
_MOST_FREE = 64 << 20  # bytes that a worker holds without use


def collect_rarely() -> None:
    """Leave alone what is there now, and look for circles among what comes after only now and then (`give_back`)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT)


def keep_pages() -> None:
    """Bundles of a megabyte come and go: have glibc keep their pages, which cost as much to ask for as to fill."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _LARGE)
        mallopt(_TRIM_THRESHOLD, _KEPT)


class _Heap(ctypes.Structure):
    """What glibc's mallinfo2 says, in bytes."""

    _fields_ = (("others", ctypes.c_size_t * 8), ("fordblks", ctypes.c_size_t), ("keepcost", ctypes.c_size_t))


def give_back() -> None:
    """After a chunk: free the circles in what it made, and let the system have what a very large patient has left behind.

    So a long run's memory stays flat. What came before the chunk is not looked at.
    """
    gc.collect(0)
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        told = getattr(libc, "mallinfo2", None)  # glibc 2.33 and later
        if told is not None:
            told.restype = _Heap
            if told().fordblks > _MOST_FREE:
                libc.malloc_trim(0)


def peak_bytes() -> int:
    """The most memory this process has had resident."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
