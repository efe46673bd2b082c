"""A page as a real browser shows it: what it asked for, ran, printed and drew, and what a screen reader is told."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import matplotlib.image
import numpy as np
from playwright.sync_api import Browser, Dialog, Page, ViewportSize, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

PHONE, DESK = (390, 844), (1100, 800)

# Each text with less contrast than WCAG 2.2 asks for (level AA: 4.5, large letters 3), as the browser computed colours.
# Text in pictures is left out: its background is another element of the picture.
WEAK_TEXTS = """() => {
  const parse = text => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const paper = node => {
    for (; node; node = node.parentElement) {
      const color = parse(getComputedStyle(node).backgroundColor);
      if (color.length === 3 || color[3] > 0.99) return color;
    }
    return [255, 255, 255];
  };
  const weak = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement, style = getComputedStyle(element);
    if (!walker.currentNode.data.trim() || element.closest('svg') || !element.checkVisibility()) continue;
    const [a, b] = [light(parse(style.color)), light(paper(element))];
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < (large ? 3 : 4.5)) weak.push([walker.currentNode.data.trim().slice(0, 40), contrast]);
  }
  return weak;
}"""


@dataclass
class Look:
    """One page in one window, and all that was noticed while it was opened."""

    page: Page
    address: str
    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def faults(self) -> list[str]:
        """Return what a page of the kit must never do or be, in words; empty if all is well."""
        width, room = self.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        found = [f"console: {line}" for line in self.console]
        found += [f"asked for {url}" for url in self.requests if url != self.address]
        found += [f"a script ran: {text}" for text in self.dialogs]
        found += ["a script stands in it"] if self.page.evaluate("document.scripts.length") else []
        found += [f"{width} pixels wide in a window of {room}"] if width > room else []
        found += [f"weak contrast: {text}" for text in self.page.evaluate(WEAK_TEXTS)]
        return found + (["it is blank"] if len(np.unique(self.colours())) < 10 else [])

    def colours(self) -> np.ndarray:
        """Return the colours of the window as it is shown, 0xRRGGBB, of every second row and column of pixels."""
        pixels = matplotlib.image.imread(io.BytesIO(self.page.screenshot()))[::2, ::2, :3]
        return np.asarray(np.rint(pixels * 255).astype(np.int32) @ np.array([1 << 16, 1 << 8, 1], np.int32))

    def background(self) -> float:
        """Return how light the page is, from 0 (black) to 1 (white): its most frequent colour."""
        values, counts = np.unique(self.colours(), return_counts=True)
        return float(values[counts.argmax()] >> 8 & 255) / 255

    def told(self) -> str:
        """Return what a screen reader is told, as an outline of roles and names."""
        return self.page.locator("body").aria_snapshot()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield a headless Chromium of this machine; playwright brings none of its own here."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, path: Path, size: tuple[int, int] = PHONE) -> Iterator[Look]:
    """Yield a file as it looks in a window of some size in pixels, on a light page, without a network."""
    viewport: ViewportSize = {"width": size[0], "height": size[1]}
    context = browser.new_context(viewport=viewport, color_scheme="light", offline=True)
    page = context.new_page()
    look = Look(page, path.as_uri())
    page.on("console", lambda message: look.console.append(message.text))
    page.on("pageerror", lambda error: look.console.append(str(error)))
    page.on("request", lambda request: look.requests.append(request.url))

    def dismiss(dialog: Dialog) -> None:
        look.dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.goto(look.address)
    yield look
    context.close()
