"""The list of faults that are put back fits the tree; `tests/faults.py` runs them."""

import ast
from pathlib import Path

import pytest

from tests import faults
from tests.fault_list import FAULTS

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_cure_stands_once_in_its_file(fault):
    assert faults.places(fault) == 1
    text = (ROOT / fault.file).read_text(encoding="utf-8")
    assert fault.new != fault.old
    if fault.file.endswith(".py"):
        ast.parse(text.replace(fault.old, fault.new))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_what_must_notice_it_is_there(fault):
    first, *more = fault.noticed_by.split()
    if first.startswith("tests/"):
        assert (ROOT / first).exists()
        return
    (program,) = more
    assert first in faults.builds()
    harness = ROOT / "tests" / "fuzz" / f"fuzz_{program}.c"
    source = ROOT / "tests" / "c" / f"{program}.c"
    assert program == "build" or (harness if first == "seeds" else source).exists()


def test_names_are_distinct():
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


def test_a_cure_that_has_gone_is_told(monkeypatch, capsys):
    gone = FAULTS[0]._replace(old="text that stands nowhere")
    monkeypatch.setattr(faults, "FAULTS", (gone,))
    assert faults.main([]) == 1
    assert capsys.readouterr().out == (
        f"Not once in its file, the cure of: {gone.name}\n"
    )
    assert faults.main(["no such"]) == 1
    assert capsys.readouterr().out == "No such fault: no such\n"
