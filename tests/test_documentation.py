"""The documentation: help(em) lists every name, and every name has an example."""

import ast
import importlib
import inspect
import pydoc
import re
from pathlib import Path

import pytest

import evmarket as em

DOC = em.__doc__


def classes():
    """The public classes, and the classes that public methods return."""
    from evmarket._explain.panels import (
        PanelContributions,
        PanelIndex,
        PanelMarginBridge,
        PanelMixRate,
        PanelPriceVolume,
        PanelShiftShare,
    )
    from evmarket._panel.compare import Comparison, Coverage
    from evmarket._panel.report import Report
    from evmarket._tables.table import Table
    from evmarket.datasets import Dataset

    found = [getattr(em, name) for name in em.__all__]
    return [item for item in found if inspect.isclass(item)] + [
        Comparison,
        Coverage,
        Dataset,
        PanelContributions,
        PanelIndex,
        PanelMarginBridge,
        PanelMixRate,
        PanelPriceVolume,
        PanelShiftShare,
        Report,
        Table,
    ]


def documented():
    """Functions, classes and methods; each must have an example."""
    for name in em.__all__:
        if inspect.isfunction(getattr(em, name)):
            yield name, getattr(em, name)
    for name in em.datasets.__all__:
        if inspect.isfunction(getattr(em.datasets, name)):
            yield f"datasets.{name}", getattr(em.datasets, name)
    for kind in classes():
        yield kind.__name__, kind
        for name in sorted({name for base in kind.__mro__ for name in vars(base)}):
            member = getattr(kind, name, None)
            ours = (getattr(member, "__module__", "") or "").startswith("evmarket")
            called = inspect.isfunction(member) or inspect.ismethod(member)
            if called and ours and not name.startswith("_"):
                yield f"{kind.__name__}.{name}", member


DOCUMENTED = dict(documented())


def test_functions_classes_and_methods_are_found():
    known = {"growth", "datasets.load", "Panel", "Panel.from_table", "Measure.growth"}
    known |= {"PanelIndex.to_table", "MixRate.to_pandas", "Figure.meets", "Rows.ytd"}
    known |= {"Periods.of", "Status.label", "Audit.to_table", "Facts.rows"}
    assert known <= set(DOCUMENTED) and len(DOCUMENTED) > 150


@pytest.mark.parametrize("name", DOCUMENTED)
def test_docstring_has_a_summary_and_an_example(name):
    text = inspect.getdoc(DOCUMENTED[name])
    assert text and ">>> import evmarket as em" in text, name
    summary = text.partition("\n")[0]
    assert summary.endswith((".", ":")) and len(summary) < 88


def test_every_name_is_listed_once_on_a_line_of_its_own():
    listed = re.findall(r"^    (\w+) +(\S.*)$", DOC, re.MULTILINE)
    names = [name for name, _ in listed if name in em.__all__]
    assert sorted(names) == sorted(em.__all__)
    assert max(map(len, DOC.split("\n"))) <= 76, "help indents by four"


def stub():
    """Public names in the stub: name to (module, attribute)."""
    path = Path(em.__file__).with_name("__init__.pyi")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        alias.asname: (f"evmarket.{node.module}" if node.module else None, alias.name)
        for node in tree.body[1:]
        for alias in node.names
    }


def test_stub_all_dir_and_modules_agree_name_by_name():
    names = stub()
    assert sorted(names) == em.__all__ == dir(em)
    for name, (module, attribute) in names.items():
        value = getattr(em, name)
        if module is None:
            assert value is importlib.import_module(f"evmarket.{attribute}")
        else:
            assert value is getattr(importlib.import_module(module), attribute)


def test_names_of_the_design_are_public():
    # Written out, so that a tool that removes imports cannot drop a name unnoticed.
    names = """AUDIT_RULES Audit BaseEffect Claims Contributions EvmarketWarning
    Extraction Facts Figure Finding IndexNumber Lmdi MarginBridge Measure MixRate
    Operand Panel
    Periods PriceVolume PriceVolumeMix Rows ShiftShare Status __version__
    annualized_growth audit base_effect build_info cagr check clear_cache concentration
    contributions datasets extract figures from_ytd growth growth_between growth_by hhi
    implied_base implied_current implied_growth implied_increment
    implied_period_growth implied_ratio implied_ratio_growth implied_remainder
    implied_share implied_total incremental_margin index index_contributions lmdi
    log_growth margin margin_bridge markup mean_growth mix_rate price_index
    price_volume price_volume_mix quantity_index rank ratio read_table
    required_outgrowth required_pace run_rate set_workers share share_path shift_share
    trailing ytd"""
    assert sorted(names.split()) == em.__all__


def test_help_starts_with_the_list():
    shown = pydoc.plain(pydoc.render_doc(em))
    assert shown.index("Growth of arrays:") < shown.index("CLASSES")
    for name in em.__all__:
        assert re.search(rf"\b{name}\b", shown), name


def test_dir_and_completion_show_the_public_names():
    assert dir(em) == sorted(em.__all__)
    panel = em.Panel.from_wide({"k": ["A"], "2025": [1]}, "k", "units")
    assert panel._ipython_key_completions_() == ["units"]
    for name in ("growth", "units"):
        assert (name in dir(panel["units"])) == (name == "growth")
