"""Find a Chromium for the browser tests, or try to get one; never fail for want of it.

    python tests/notebooks/browser.py             says which browser the tests would use
    python tests/notebooks/browser.py --install   tries to get one where there is none

Order: CHROMIUM_PATH, a Chromium or Chrome on PATH or where macOS keeps it, Playwright's own.
"""
from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
         "microsoft-edge")
MAC_PATHS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
INSTALL_TIMEOUT = 300
MISSING = ("no Chromium or Chrome found: set CHROMIUM_PATH, install one, "
           "or run `make browser` to try again")


def find_browser() -> str | None:
    """The path of a browser that answers to --version, or None."""
    chosen = os.environ.get("CHROMIUM_PATH")
    if chosen:
        if not _starts(chosen):
            raise RuntimeError(f"CHROMIUM_PATH={chosen} does not start")
        return chosen
    candidates = [shutil.which(name) for name in NAMES]
    candidates += list(MAC_PATHS) if platform.system() == "Darwin" else []
    candidates.append(_playwright_browser())
    return next((path for path in candidates if path and _starts(path)), None)


def launch_arguments() -> list[str]:
    """Nothing but the page uses the network; Chromium's sandbox refuses to run as root.

    Containers often have a tiny /dev/shm.
    """
    quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
             "--disable-background-networking", "--disable-component-update"]
    return quiet + (["--no-sandbox", "--disable-dev-shm-usage"] if _is_root() else [])


def install_browser() -> str | None:
    """Try Playwright's download, then (root on Debian) apt-get; return what is found then."""
    attempts = [[sys.executable, "-m", "playwright", "install", "chromium"]]
    if _is_root() and shutil.which("apt-get"):
        attempts.append(["sh", "-c", "apt-get update -qq && DEBIAN_FRONTEND=noninteractive "
                         "apt-get install -y -qq --no-install-recommends chromium"])
    for command in attempts:
        print("browser: trying", " ".join(command), flush=True)
        try:
            done = subprocess.run(command, timeout=INSTALL_TIMEOUT, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True)
        except (OSError, subprocess.TimeoutExpired) as error:
            print(f"browser: {error}")
            continue
        if done.returncode:
            print(f"browser: failed ({done.returncode}): {done.stdout.strip()[-300:]}")
        elif found := find_browser():
            return found
    return None


def _playwright_browser() -> str | None:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _starts(path: str) -> bool:
    try:
        answer = subprocess.run([path, "--version"], timeout=60, capture_output=True)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def main() -> None:
    found = find_browser()
    if not found and "--install" in sys.argv[1:]:
        found = install_browser()
    if found:
        print(f"browser: {found}")
    else:
        bar = "!" * 80
        print(f"{bar}\nBROWSER TESTS WILL BE SKIPPED: {MISSING}\n{bar}")


if __name__ == "__main__":
    main()
