"""Run the tour notebook and write its outputs into it: python -m tests.cli.tour.

To change the tour, edit the notebook in JupyterLab or in an editor. Then run this
module. It renews the outputs and removes what the editor added about the machine.
"""

import asyncio
import os
import sys
import warnings
from pathlib import Path

import nbformat
from nbclient import NotebookClient

import evmarket

TOUR = Path(evmarket.__file__).parent.joinpath("_cli", "tour.ipynb")
METADATA = {
    "kernelspec": {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},
}


def read(path=TOUR):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return notebook


def executed(notebook, folder):
    """The notebook with fresh outputs, run in a folder."""
    fresh = nbformat.from_dict(notebook)
    for cell in fresh.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    client = NotebookClient(
        fresh,
        timeout=60,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    )
    with warnings.catch_warnings():
        # Warnings of Jupyter's own libraries do not matter here.
        warnings.simplefilter("ignore")
        # Neither do characters that no font of this machine has.
        client.execute(env={**os.environ, "PYTHONWARNINGS": "ignore:no font has"})
        asyncio.set_event_loop(None)
    return cleaned(fresh)


def cleaned(notebook):
    """The notebook without metadata about the machine or the time."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})
        for output in cell.get("outputs", ()):
            output.pop("transient", None)
            if "metadata" in output:
                output.metadata = nbformat.from_dict({})
    return notebook


def main():
    notebook = executed(read(), TOUR.parent)
    # nbformat sorts as JupyterLab does, so saving there changes nothing else.
    nbformat.write(notebook, TOUR)
    errors = [
        output
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output.output_type == "error"
    ]
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
