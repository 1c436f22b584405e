"""A font with Chinese characters, found on this machine when a picture is drawn.

Looked for among the fonts that matplotlib knows, then by `fc-list` (fonts installed since matplotlib
made its list). `ALLIANCE_FONT` may name a font file. None is shipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

#: Sans faces first, then Song faces; Debian, Windows and macOS.
FAMILIES = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei", "PingFang SC",
    "Hiragino Sans GB", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Noto Sans CJK JP", "SimHei", "Heiti SC", "STHeiti",
    "Droid Sans Fallback", "AR PL UMing CN", "SimSun", "Songti SC", "Noto Serif CJK SC", "Arial Unicode MS",
)  # fmt: skip
#: For readers of HTML and SVG, who bring their own.
READERS = (
    "'PingFang SC','Microsoft YaHei','Noto Sans CJK SC','Source Han Sans SC','WenQuanYi Zen Hei','Segoe UI',sans-serif"
)
#: Asked of a font before it is taken: the word for a health centre.
PROBE = "卫生院"


@cache
def chinese_font() -> str | None:
    """The family of a font with Chinese characters, known to matplotlib from now on; None when there is none."""
    import logging

    from matplotlib import font_manager

    # A family that has no regular weight is drawn in the one it has, and nobody need hear of it.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    named = os.environ.get("ALLIANCE_FONT", "")
    if named and Path(named).is_file():
        family = _added(Path(named))
        if family:
            return family
    known = {entry.name: entry.fname for entry in reversed(font_manager.fontManager.ttflist)}
    for family in FAMILIES:
        if family in known and _has_chinese(Path(known[family])):
            return family
    for path in _listed():
        family = _added(path)
        if family:
            return family
    return None


def _added(path: Path) -> str | None:
    """The family of a font file after matplotlib was told of it; None when it lacks Chinese or is no font."""
    from matplotlib import font_manager

    try:
        if not _has_chinese(path):
            return None
        font_manager.fontManager.addfont(str(path))
        return str(font_manager.FontProperties(fname=str(path)).get_name())
    except (OSError, RuntimeError, ValueError):
        return None


def _has_chinese(path: Path) -> bool:
    from matplotlib import ft2font

    try:
        characters = ft2font.FT2Font(str(path)).get_charmap()
    except (OSError, RuntimeError):
        return False
    return all(ord(letter) in characters for letter in PROBE)


def _listed() -> list[Path]:
    """Font files for Chinese that fontconfig knows; [] where there is no fontconfig."""
    tool = shutil.which("fc-list")
    if tool is None:
        return []
    try:
        found = subprocess.run([tool, ":lang=zh-cn", "file"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [Path(line.split(":")[0].strip()) for line in sorted(found.stdout.splitlines()) if line.strip()]


def width_of(text: str) -> float:
    """About how wide a line of text is, in ems: Chinese characters are square, others a good half."""
    return sum(1.0 if ord(letter) >= 0x2E80 else 0.56 for letter in text)
