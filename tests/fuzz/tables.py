"""Files of tables that were changed, in any encoding: read, or refused in a line."""

import contextlib
import gzip
import io
import random
import tempfile
import warnings
from pathlib import Path

import evmarket as em
from evmarket.__main__ import main
from tests.fuzz.mutate import changed

ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "utf-32"]


def seeds() -> list[bytes]:
    """Tables as people write them."""
    texts = [
        'maker,month,units\nA,2024-01,1\n"B, C",2024-02,2.5\nA,2025-01,-3\n',
        "Titel\nmaker;month;units\nÄ;2024-01;1.234,5\nÖ;2024-02;2\n\nQuelle: x",
        "maker\tmonth\tunits\r\nA\t2024-01\t5 %\r\nB\t2024-02\t(6 %)\r\n",
        '[{"maker":"A","month":"2024-01","units":1},{"maker":"B","units":2.5}]',
    ]
    return [text.encode() for text in texts]


def one(data: bytes, rng: random.Random) -> None:
    """Read a table by the library, and sometimes by the command line."""
    with contextlib.suppress(UnicodeError):
        data = data.decode().encode(rng.choice(ENCODINGS))
    if rng.random() < 0.1:
        data = gzip.compress(data, mtime=0)
    data = changed(data, rng)
    given = rng.choice([None, None, None, "utf-8", "utf-16", "gb18030", "latin-1"])
    options = {"encoding": given} if given else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            table = em.read_table(io.BytesIO(data), **options)
        except (KeyError, ValueError, OverflowError, ImportError) as error:
            assert "\n" not in str(error.args[0]), error
        else:
            sizes = {len(table[name]) for name in table.columns}
            assert len(sizes) <= 1
            assert "\x00" not in repr(table)
        if rng.random() < 0.05:
            _command(data)


def _command(data: bytes) -> None:
    """The command ends with 0 or 2, and its errors are one line."""
    out, err = io.StringIO(), io.StringIO()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_bytes(data)
        arguments = ["growth", str(path), "--series", "maker", "--value", "units"]
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = main(arguments)
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else 2
    assert code in (0, 1, 2), code
    assert "Traceback" not in err.getvalue(), err.getvalue()
