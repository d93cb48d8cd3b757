"""selenium: drives Chromium on a page that this program serves, with the scripts that the wheel carries."""

from __future__ import annotations

import http.server
import tempfile
import threading

import selenium
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import text_to_be_present_in_element
from selenium.webdriver.support.wait import WebDriverWait

PAGE = b"""<!doctype html><title>Sum</title><form><input id=a><input id=b><button>=</button><p id=sum>?</p></form><script>
document.forms[0].onsubmit = event => { event.preventDefault(); setTimeout(
  () => { sum.textContent = Number(a.value) + Number(b.value) }, 50) }</script><p hidden id=hidden>no</p>"""


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves the page."""

    def do_GET(self) -> None:
        """Every path is the page."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_: object) -> None:
        """Stays silent."""


def options(profile: str) -> webdriver.ChromeOptions:
    """A browser without a window, which runs as root as well, and keeps all in `profile`."""
    made = webdriver.ChromeOptions()
    made.binary_location = "/usr/bin/chromium"
    for option in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        made.add_argument(option)
    made.add_argument(f"--user-data-dir={profile}")
    return made


def main() -> None:
    """Fills in a form, waits for its answer, and takes a screenshot."""
    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        service = webdriver.ChromeService("/usr/bin/chromedriver")
        driver = webdriver.Chrome(options(profile), service)
        try:
            driver.get("http://127.0.0.1:%d/" % web.server_port)
            assert driver.title == "Sum"
            driver.find_element(By.ID, "a").send_keys("20")
            driver.find_element(By.ID, "b").send_keys("22", Keys.ENTER)
            WebDriverWait(driver, 20).until(text_to_be_present_in_element((By.ID, "sum"), "42"))
            # is_displayed is a script that the wheel carries as a file.
            assert not driver.find_element(By.ID, "hidden").is_displayed()
            assert driver.get_screenshot_as_png().startswith(b"\x89PNG")
            version = driver.capabilities["browserVersion"]
        finally:
            driver.quit()
    print("selenium", selenium.__version__, "works with Chromium", version)


if __name__ == "__main__":
    main()
