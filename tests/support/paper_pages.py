"""Papers in the browser of this machine: how many pages they print to, and whether anything on a sheet is cut off."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

#: Everything of a sheet ends above its footer and inside its margins; pixels by which it does not, the worst one.
OVERFLOW = """() => {
  let worst = 0;
  for (const sheet of document.querySelectorAll('.sheet')) {
    const box = sheet.getBoundingClientRect(), style = getComputedStyle(sheet), foot = sheet.querySelector('footer');
    const bottom = foot ? foot.getBoundingClientRect().top : box.bottom - parseFloat(style.paddingBottom);
    const right = box.right - parseFloat(style.paddingRight);
    for (const one of sheet.querySelectorAll('*')) {
      if (foot && foot.contains(one)) continue;
      // A band may reach the edge of the paper; what is inside a box that ends in an ellipsis is not seen.
      const edge = one.closest('header') ? box.right : right;
      let hidden = false;
      for (let up = one.parentElement; up !== sheet; up = up.parentElement)
        hidden ||= getComputedStyle(up).overflowX === 'hidden';
      if (hidden) continue;
      const at = one.getBoundingClientRect();
      if (at.width && at.height) worst = Math.max(worst, at.bottom - bottom, at.right - edge);
    }
  }
  return worst;
}"""


def pages(content: bytes) -> int:
    """Pages of a PDF as browsers write it."""
    return len(re.findall(rb"/Type\s*/Page[^s]", content))


def printed(page: Any) -> int:
    """Pages that an opened page prints to."""
    return pages(page.pdf(prefer_css_page_size=True, print_background=True))


def overflow(page: Any) -> float:
    """Pixels by which the worst element leaves its sheet, as printed."""
    page.emulate_media(media="print")
    return float(page.evaluate(OVERFLOW))


def fonts_ready(page: Any, path: Path) -> None:
    """Open a paper at the width of a desk."""
    page.goto(path.resolve().as_uri())
    page.evaluate("document.fonts.ready.then(() => 0)")
