"""The one writer of files: modes, links, part files and errors."""

import os
import signal
import stat
import subprocess
import sys
import time

import pytest

import evmarket as em
from evmarket._common.files import written_whole

posix = pytest.mark.skipif(os.name == "nt", reason="needs POSIX files")


def panel():
    return em.Panel.from_wide({"maker": ["A"], "2025": [90]}, "maker", "units")


def write(path, data=b"new"):
    with written_whole(path) as file:
        file.write(data)


WRITERS = [
    lambda path: panel().save(path),
    lambda path: panel().to_table().to_csv(path),
    lambda path: panel().to_table().to_html(path),
]


@posix
@pytest.mark.parametrize("writer", WRITERS)
def test_a_file_keeps_its_mode_and_a_link_stays(tmp_path, writer):
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link.symlink_to("target")
    writer(link)
    assert link.is_symlink() and target.read_bytes() != b"old"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert sorted(os.listdir(tmp_path)) == ["link", "target"]


@posix
def test_a_new_file_has_the_mode_of_the_umask(tmp_path):
    before = os.umask(0o027)
    try:
        write(tmp_path / "new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640


@posix
def test_links_to_nothing_and_to_other_folders(tmp_path):
    (tmp_path / "folder").mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "folder" / "made")
    write(link)
    assert (tmp_path / "folder" / "made").read_bytes() == b"new"
    loop = tmp_path / "loop"
    loop.symlink_to("loop")
    with pytest.raises(OSError, match="loop"):
        write(loop)


@posix
@pytest.mark.parametrize("writer", WRITERS)
def test_what_is_no_regular_file_is_refused(tmp_path, writer):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder"):
        with pytest.raises(OSError, match="give a regular file") as caught:
            writer(tmp_path / name)
        assert "\n" not in str(caught.value)
    with pytest.raises(OSError, match="give a regular file"):
        writer("/dev/null")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    assert sorted(os.listdir(tmp_path)) == ["folder", "pipe"]


def test_names_of_any_length(tmp_path):
    longest = os.pathconf(tmp_path, "PC_NAME_MAX") if os.name != "nt" else 200
    path = tmp_path / ("n" * longest)
    panel().save(path)
    assert em.Panel.load(path).periods == panel().periods
    panel().save(os.fsencode(path))
    with pytest.raises(OSError):
        panel().save(tmp_path / ("n" * (longest + 1)))
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, OSError, MemoryError])
def test_an_error_leaves_the_old_file_and_no_part(tmp_path, kind):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(kind), written_whole(path) as file:
        file.write(b"half")
        raise kind
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == ["file"]


def test_an_error_names_the_path_that_was_given(tmp_path):
    path = tmp_path / "missing" / "file"
    with pytest.raises(FileNotFoundError) as caught:
        write(path)
    assert caught.value.filename == str(path)


FULL = """
import resource, signal, sys
import numpy as np
import evmarket as em
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
table = {"maker": np.arange(20000), "2025": np.arange(20000)}
panel = em.Panel.from_wide(table, "maker", "units")
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    WRITE
except OSError as error:
    print(type(error).__name__, error.errno)
"""


@posix
@pytest.mark.parametrize(
    "written", ["panel.save(PATH)", "panel.to_table().to_csv(PATH)"]
)
def test_a_full_disk_leaves_no_part(tmp_path, written):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    script = FULL.replace("WRITE", written).replace("PATH", repr(str(path)))
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["OSError", "27"] and not done.stderr
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == ["file"]


KILLED = """
import sys
from evmarket._common.files import written_whole
with written_whole(sys.argv[1]) as file:
    file.write(b"half")
    print("writing", flush=True)
    sys.stdin.read()
"""


@posix
def test_part_files_of_killed_processes_are_removed_when_old(tmp_path):
    path = tmp_path / "file"
    command = [sys.executable, "-c", KILLED, str(path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes) as process:
        assert process.stdout.readline() == b"writing\n"
        process.send_signal(signal.SIGKILL)
    (part,) = tmp_path.iterdir()
    other = tmp_path / ".evmarket-00000000-00000000.part"
    other.write_bytes(b"of another file")
    os.utime(other, (0, 0))
    # It may be of a process that is still writing.
    write(path)
    assert {*tmp_path.iterdir()} == {path, part, other}
    old = time.time() - 2 * 3600
    os.utime(part, (old, old))
    write(path)
    assert {*tmp_path.iterdir()} == {path, other}


def test_everything_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    steps = []
    for name in ("fsync", "replace"):
        real = getattr(os, name)

        def noted(*arguments, name=name, real=real):
            steps.append(name)
            return real(*arguments)

        monkeypatch.setattr(os, name, noted)
    write(tmp_path / "file")
    assert steps[:2] == ["fsync", "replace"]
    assert steps[2:] == ([] if os.name == "nt" else ["fsync"])
