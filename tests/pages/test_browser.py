"""The page in Chromium, where it is installed: width, colours, errors."""

import re
import shutil
import subprocess

import pytest

from evmarket._pages.page import page
from tests.pages.panels import hostile, margins, market

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="Chromium is not installed")

# Only the test has scripts: the page tells the frame around it what was made of it. A
# frame can be narrower than the windows of the browser.
PROBE = """<script>
const wide = [...document.querySelectorAll('section,figure,.chart,h1,p,.names')]
parent.postMessage([innerWidth, document.documentElement.scrollWidth,
  Math.round(Math.max(...wide.map(x => x.getBoundingClientRect().right))),
  getComputedStyle(document.body).backgroundColor].join('|'), '*')
</script>"""
FRAME = """<!DOCTYPE html><meta name="color-scheme" content="light dark">
<script>onmessage = e => document.documentElement.dataset.found = e.data</script>
<iframe src="page.html" style="width:{width}px;height:900px;border:0"></iframe>"""
LIGHT, DARK = "rgb(255, 255, 255)", "rgb(20, 23, 26)"


def shown(tmp_path, text, width, dark):
    """Width of the window, of the page and of its parts; colour; what was logged."""
    whole = text.replace("</body>", f"{PROBE}</body>")
    (tmp_path / "page.html").write_text(whole, "utf-8")
    path = tmp_path / "frame.html"
    path.write_text(FRAME.format(width=width), "utf-8")
    flags = [
        "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
        f"--user-data-dir={tmp_path / 'profile'}", "--window-size=1300,1000",
        f"--blink-settings=preferredColorScheme={0 if dark else 1}",
        "--virtual-time-budget=5000", "--hide-scrollbars", "--dump-dom", path.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(
        [BROWSER, *flags], capture_output=True, text=True, timeout=120, check=True
    )
    found = re.search(r'data-found="([^"]+)"', done.stdout)
    window, whole, parts, colour = found[1].split("|")
    return int(window), int(whole), int(parts), colour, done.stderr


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [400, 1200])
@pytest.mark.parametrize("which", ["market", "hostile", "margins"])
def test_nothing_is_wider_than_the_window(tmp_path, which, width, dark):
    text = {
        "market": lambda: page(market(12), "units", by="maker", within="fuel"),
        "hostile": lambda: page(hostile(), "units </title>", notices=["x" * 900]),
        "margins": lambda: page(
            margins(), "revenue", bridge=("revenue", "cost", "units")
        ),
    }[which]()
    window, whole, parts, colour, log = shown(tmp_path, text, width, dark)
    assert window == width
    assert whole <= window and parts <= window
    assert colour == (DARK if dark else LIGHT)
    assert "CONSOLE" not in log
