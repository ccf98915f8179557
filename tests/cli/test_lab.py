"""The tour in JupyterLab, in a browser without a screen.

Needs jupyterlab, selenium and Debian's chromium with chromium-driver, and is skipped
where one of them is absent. Pictures of what is shown go to the folder that
EVMARKET_SCREENSHOTS names, else to a temporary one.
"""

import importlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from evmarket.__main__ import main

for module in ("jupyterlab", "selenium", "ipykernel", "matplotlib"):
    pytest.importorskip(module, reason=f"{module} is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
if CHROMIUM is None or DRIVER is None:
    pytest.skip("chromium or its driver is not installed", allow_module_level=True)

THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
# A name for the picture, and the cell whose output it shows.
PICTURES = {
    "panel": "own-table",
    "report": "report-makers",
    "audit": "audit-article",
    "lines": "xpeng-lines",
    "waterfall": "bridge-waterfall",
}
PATIENCE = 120  # seconds for anything to happen

CELLS = """
return [...document.querySelectorAll('.jp-Notebook .jp-CodeCell')].map(cell => ({
    prompt: cell.querySelector('.jp-InputPrompt').textContent.trim(),
    outputs: cell.querySelectorAll('.jp-OutputArea-output').length,
    errors: [...cell.querySelectorAll(
        "[data-mime-type='application/vnd.jupyter.error'],"
        + "[data-mime-type='application/vnd.jupyter.stderr']"
    )].map(error => error.textContent),
}))
"""

# Of every box of ours: what overhangs it, how its columns stand, and the least contrast
# of a text with what is behind it, opacities taken in.
LOOKS = """
function parsed(colour) {
    const [r, g, b, a = 1] = colour.match(/[0-9.]+/g).map(Number);
    return {channels: [r, g, b], alpha: a};
}
function over(front, alpha, back) {
    return front.map((channel, k) => alpha * channel + (1 - alpha) * back[k]);
}
function luminance(channels) {
    const [r, g, b] = channels.map(channel => {
        const c = channel / 255;
        return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(element) {
    let alpha = 1, back = null;
    for (let e = element; e && !back; e = e.parentElement) {
        const style = getComputedStyle(e), found = parsed(style.backgroundColor);
        alpha *= Number(style.opacity);
        if (found.alpha === 1) back = found.channels;
    }
    const front = parsed(getComputedStyle(element).color);
    const shown = over(front.channels, front.alpha * alpha, back);
    const [low, high] = [luminance(shown), luminance(back)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
}
function aligned(element) { return getComputedStyle(element).textAlign }
return [...document.querySelectorAll('.jp-Notebook .evmarket')].map(box => ({
    title: box.querySelector('div').textContent,
    overhang: box.scrollWidth - box.clientWidth,
    scrolls: getComputedStyle(box).overflowX === 'auto',
    contrast: Math.min(...[...box.querySelectorAll('*')].filter(
        element => [...element.childNodes].some(
            node => node.nodeType === 3 && node.textContent.trim()
        ) && element.tagName !== 'STYLE'
    ).map(contrast)),
    labels: [...box.querySelectorAll("tbody th[scope='row']")].map(aligned),
    numbers: [...box.querySelectorAll('td.evmarket-number')].map(aligned),
}))
"""
CONNECTED = """
const kernel = window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel;
return kernel?.connectionStatus === 'connected' && kernel.status === 'idle'
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("lab")
    assert main(["notebook", str(found / "tour.ipynb")]) == 0
    return found


def settings(home, theme):
    """What JupyterLab reads of a user: the theme; no news; all cells in the page."""
    wanted = {
        "apputils-extension/themes": {"theme": THEMES[theme]},
        "apputils-extension/notification": {
            "fetchNews": "false",
            "checkForUpdates": False,
        },
        "notebook-extension/tracker": {"windowingMode": "none"},
    }
    for name, value in wanted.items():
        path = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value), encoding="utf-8")


@contextmanager
def ended(process):
    """The process, and its end whatever happens."""
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)  # it ends its kernels
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def lab(folder, tmp_path_factory):
    """The address of a server on this machine alone, and its folder of settings."""
    home = tmp_path_factory.mktemp("home")
    settings(home, "light")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    own = {
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTER_TOKEN": token,
        "PYTHONWARNINGS": "ignore:no font has",  # this machine's fonts do not matter
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
    command += ["--ServerApp.port_retries=0", f"--ServerApp.root_dir={folder}"]
    command += ["--LabApp.extension_manager=readonly", "--expose-app-in-browser"]
    with open(home / "log", "wb") as log:
        process = subprocess.Popen(
            command,
            env={**os.environ, **own},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        with ended(process):
            address = f"http://127.0.0.1:{port}"
            wait_for(lambda: answers(f"{address}/api", process), "the server")
            yield address, token, home


def answers(address, process):
    assert process.poll() is None, "the server has ended"
    try:
        with urllib.request.urlopen(address, timeout=5) as reply:
            return reply.status == 200
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def wait_for(done, what):
    """The first true answer."""
    late = time.monotonic() + PATIENCE
    while time.monotonic() < late:
        found = done()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError(f"{what}: nothing after {PATIENCE} s")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    webdriver = importlib.import_module("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    profile = tmp_path_factory.mktemp("profile")
    wanted = ["--headless=new", "--window-size=1400,1200", "--hide-scrollbars"]
    wanted += ["--disable-gpu", "--disable-dev-shm-usage", f"--user-data-dir={profile}"]
    wanted += ["--no-first-run", "--disable-background-networking"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        wanted.append("--no-sandbox")  # which chromium refuses to root
    for argument in wanted:
        options.add_argument(argument)
    service = webdriver.ChromeService(executable_path=DRIVER)
    driver = webdriver.Chrome(options=options, service=service)
    driver.set_page_load_timeout(PATIENCE)
    driver.set_script_timeout(PATIENCE)
    try:
        yield driver
    finally:
        driver.quit()


def command(driver, name):
    """Start a command of JupyterLab, as its menus do."""
    driver.execute_script("window.jupyterapp.commands.execute(arguments[0])", name)


def opened(driver, lab, theme):
    address, token, home = lab
    settings(home, theme)
    driver.get(f"{address}/lab/tree/tour.ipynb?reset&token={token}")
    ready = "return !!(window.jupyterapp && document.querySelector('.jp-CodeCell'))"
    wait_for(lambda: driver.execute_script(ready), "the notebook")
    wait_for(lambda: driver.execute_script(CONNECTED), "the kernel")
    light = "return document.body.dataset.jpThemeLight"
    wait_for(
        lambda: driver.execute_script(light) == str(theme == "light").lower(), theme
    )


def run_all(driver):
    """Clear what was shipped, run all cells, and wait until the last is done."""
    command(driver, "notebook:clear-all-cell-outputs")
    wait_for(
        lambda: all(
            cell["prompt"] == "[ ]:" and cell["outputs"] == 0
            for cell in driver.execute_script(CELLS)
        ),
        "clearing",
    )
    command(driver, "notebook:run-all-cells")

    def done():
        cells = driver.execute_script(CELLS)
        ran = [cell["prompt"].strip("[]:").isdigit() for cell in cells]
        failed = [error for cell in cells for error in cell["errors"]]
        return cells if all(ran) or failed else None

    return wait_for(done, "running all cells")


def pictured(driver, theme, folder):
    """A picture of what some cells show."""
    ids = [
        cell["id"]
        for cell in json.loads(
            (Path(folder) / "tour.ipynb").read_text(encoding="utf-8")
        )["cells"]
    ]
    cells = driver.find_elements("css selector", ".jp-Notebook .jp-Cell")
    assert len(cells) == len(ids)
    where = os.environ.get("EVMARKET_SCREENSHOTS")
    target = Path(where) if where else Path(folder) / "pictures"
    target.mkdir(parents=True, exist_ok=True)
    for name, cell in PICTURES.items():
        [output] = cells[ids.index(cell)].find_elements(
            "css selector", ".jp-Cell-outputWrapper"
        )
        driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", output)
        time.sleep(0.5)
        path = target / f"{name}-{theme}.png"
        assert output.screenshot(str(path)) and path.stat().st_size > 1_000


@pytest.mark.parametrize("theme", THEMES)
def test_the_tour_runs_and_is_seen(theme, lab, browser, folder):
    opened(browser, lab, theme)
    cells = run_all(browser)
    assert [cell["errors"] for cell in cells if cell["errors"]] == []
    assert len(cells) >= 20 and all(cell["outputs"] for cell in cells)
    boxes = browser.execute_script(LOOKS)
    assert len(boxes) >= 10
    for box in boxes:
        assert box["scrolls"], box
        assert box["contrast"] >= 4.5, box  # of WCAG 2, level AA
        assert set(box["labels"]) <= {"left"} and set(box["numbers"]) <= {"right"}
    # Only these are wider than the page; they scroll. A report has thirteen columns.
    wide = [box["title"].split()[0] for box in boxes if box["overhang"] > 0]
    assert wide == ["Dataset", "Panel", "Report", "Report"]
    pictured(browser, theme, folder)
