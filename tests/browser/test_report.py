"""The report as it is handed in: opened from disk without a network, read by axe, and printed."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.browser.test_looks import violations
from tests.support.browser import open_page, settled, unfold


def test_a_report_opens_from_disk_without_a_network_and_prints_on_three_pages(
    page: Page, browser: Browser, tmp_path: Path
) -> None:
    open_page(page, "train")
    for preset in ("No separate", "No anchor", "All on"):
        page.get_by_role("button", name=preset, exact=True).click()
        settled(page)
    open_page(page, "end")
    unfold(page, "Hand it in: a report as one file")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the report").click()
    file = tmp_path / "report.html"
    download.value.save_as(file)

    context = browser.new_context(offline=True, viewport={"width": 390, "height": 800})
    try:
        opened = context.new_page()
        asked, said = list[str](), list[str]()
        opened.on("request", lambda request: asked.append(request.url))
        opened.on("console", lambda message: said.append(message.text))
        opened.goto(file.as_uri())
        opened.wait_for_function("() => [...document.images].every(each => each.complete && each.naturalWidth > 0)")
        assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()]
        assert opened.locator("h2").all_inner_texts()[0] == "Predictions"
        assert opened.locator("figure").count() == 3 * 3
        assert opened.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        printed = opened.pdf(prefer_css_page_size=True)
        assert 2 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 3
        assert said == []
    finally:
        context.close()

    # Its policy lets no script in, not even axe's own.
    page.set_content(re.sub("<meta http-equiv.*?>", "", file.read_text(encoding="utf-8")))
    assert violations(page) == []
