"""Takes the readme's pictures from the running product: the demonstration, in Chromium.

    .venv/bin/python tools/take_pictures.py

Starts a server of its own in a fresh data folder, signs in as the demonstration's owner, writes docs/img/*.png
in English, as the readme is.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.browsing import FLAGS, find_chromium  # noqa: E402

PORT = 8765
ADDRESS = f"http://localhost:{PORT}"
WIDE = {"width": 1440, "height": 900}
SPEAK_ENGLISH = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "comptant.settings"
django.setup()
from comptant.ground.firms.models import User
User.objects.update(language="en")
"""
HOME = "/f/atelier-mercure-conseil/"
PICTURES = {
    "path": ("path/", "light"),
    "path-dark": ("path/", "dark"),
    "pipeline": ("pipeline/", "light"),
    "bank": ("bank/", "light"),
}


def main() -> int:
    """Take them all; 1 when there is no Chromium."""
    program = find_chromium()
    if program is None:
        print("Chromium is not here", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="comptant-pictures-", dir="/tmp") as home:
        environment = {**os.environ, "COMPTANT_HOME": home, "LANG": "en_GB.UTF-8", "LC_ALL": "", "LC_MESSAGES": ""}
        command = [str(ROOT / ".venv/bin/comptant"), "serve", "--port", str(PORT), "--workers", "1"]
        server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        try:
            sign_in_as = told(server)
            subprocess.run([sys.executable, "-c", SPEAK_ENGLISH], env=environment, check=True)
            take(program, *sign_in_as)
        finally:
            server.terminate()
            server.wait(60)
    return 0


def told(server: subprocess.Popen[str]) -> tuple[str, str]:
    """E-mail and password, as the first start tells them."""
    assert server.stdout is not None
    for line in server.stdout:
        found = re.search(r"(\S+@\S+) .* (\S+)$", line.strip())
        if found:
            return found[1], found[2]
    raise SystemExit("the server said no password: is there a demonstration?")


def take(program: str, email: str, password: str) -> None:
    """Sign in, then a picture a page."""
    folder = ROOT / "docs" / "img"
    folder.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        for name, (address, scheme) in PICTURES.items():
            page = chromium.new_page(viewport=WIDE, locale="en-US", color_scheme=scheme)
            sign_in(page, email, password)
            page.goto(f"{ADDRESS}{HOME}{address}")
            page.wait_for_load_state("networkidle")
            page.screenshot(path=folder / f"{name}.png")
            page.close()
        chromium.close()


def sign_in(page: Page, email: str, password: str) -> None:
    """By the form, as anyone."""
    for _ in range(40):
        try:
            page.goto(f"{ADDRESS}/login/")
            break
        except Exception:
            page.wait_for_timeout(500)
    page.fill("[name=email]", email)
    page.fill("[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_load_state("networkidle")


if __name__ == "__main__":
    sys.exit(main())
