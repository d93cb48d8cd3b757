"""playwright: drives Chromium on a page, by way of the Node.js and the JavaScript that the wheel carries."""

from __future__ import annotations

import http.server
import importlib.metadata
import threading

from playwright.sync_api import Error, expect, sync_playwright

PAGE = b"""<!doctype html><title>Sum</title><form><input id=a><input id=b><button>=</button><p id=sum>?</p></form><script>
document.forms[0].onsubmit = event => { event.preventDefault(); setTimeout(
  () => { sum.textContent = Number(a.value) + Number(b.value) }, 50) }</script>"""


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


def main() -> None:
    """Fills in a form, waits for its answer, runs a script, and takes a screenshot."""
    web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=web.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", chromium_sandbox=False)
        page = browser.new_page()
        page.goto("http://127.0.0.1:%d/" % web.server_port)
        assert page.title() == "Sum"
        page.fill("#a", "20")
        page.fill("#b", "22")
        page.get_by_role("button").click()
        expect(page.locator("#sum")).to_have_text("42")
        assert page.evaluate("[1, 2].concat(document.title)") == [1, 2, "Sum"]
        assert page.screenshot().startswith(b"\x89PNG")
        try:
            page.evaluate("nothing.at.all")
        except Error as error:
            assert "nothing is not defined" in str(error), error
        else:
            raise AssertionError("a script without meaning ran")
        version = browser.version
        browser.close()
    print("playwright", importlib.metadata.version("playwright"), "works with Chromium", version)


if __name__ == "__main__":
    main()
