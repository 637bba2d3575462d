"""What is written past the system's memory is what was given, on any file system and in any process."""

import errno
import os
from pathlib import Path

import pytest

from healthsynth.run import disk

BLOCK = disk._BLOCK


def write_part(path: Path, *contents: bytes) -> None:
    part = disk.Past(path)
    for content in contents:
        part.write(content)
    part.finish()
    assert part.size == sum(map(len, contents))


@pytest.mark.parametrize("size", [0, 1, 5_000, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 5_000])
@pytest.mark.parametrize("each", [777_777, 3 * BLOCK])
def test_a_part_is_what_was_given(tmp_path: Path, size: int, each: int):
    content = os.urandom(size)
    write_part(tmp_path / "part", *(content[at : at + each] for at in range(0, size, each)))
    assert (tmp_path / "part").read_bytes() == content


def test_a_file_system_without_a_way_past_memory_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*arguments: object) -> None:
        raise OSError(errno.EINVAL, "no")

    monkeypatch.setattr(disk.fcntl, "fcntl", refuse)
    content = os.urandom(BLOCK + 5)
    write_part(tmp_path / "part", content)
    assert (tmp_path / "part").read_bytes() == content


def test_a_file_system_that_refuses_only_when_it_writes_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(disk, "_BLOCK", BLOCK + 1)  # not whole sectors
    content = os.urandom(3 * BLOCK)
    write_part(tmp_path / "part", content)
    assert (tmp_path / "part").read_bytes() == content


def test_a_file_that_is_abandoned_after_its_end_shares_no_memory_with_the_next(tmp_path: Path):
    file = disk.Past(tmp_path / "file")
    file.finish()
    file.abandon()
    one, other = disk.Past(tmp_path / "one"), disk.Past(tmp_path / "other")
    one.write(b"one")
    other.write(b"other")
    one.finish()
    other.finish()
    assert (tmp_path / "one").read_bytes() == b"one"


def test_a_process_that_was_forked_has_blocks_of_its_own(tmp_path: Path):
    write_part(tmp_path / "before", b"leaves no block that both could take")
    ready, go = os.pipe()
    child = os.fork()
    if not child:
        os.read(ready, 1)
        disk.Past(tmp_path / "child").write(b"theirs")
        os._exit(0)
    ours = disk.Past(tmp_path / "parent")
    ours.write(b"parent")
    os.write(go, b"!")
    os.waitpid(child, 0)
    ours.finish()
    os.close(ready)
    os.close(go)
    assert (tmp_path / "parent").read_bytes() == b"parent"
