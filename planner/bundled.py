"""The regions that come with the planner, and how a REGION argument is understood."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from planner.text import MARKS

FOLDER = Path(__file__).parent / "regions"


@dataclass(frozen=True)
class BundledRegion:
    """A bundled region: its folder, and what it is for in Chinese and English."""

    name: str
    path: Path
    zh: str
    en: str


class UnknownRegion(Exception):
    """A REGION argument that is neither a path nor the name of a bundled region."""

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(name)
        self.name = name
        self.known = known


def bundled_regions(folder: Path | None = None) -> list[BundledRegion]:
    """All bundled regions by name."""
    folder = FOLDER if folder is None else folder
    if not folder.is_dir():
        return []
    found = (path for path in sorted(folder.iterdir()) if (path / "institutions.csv").is_file())
    return [BundledRegion(path.name, path, *_about(path)) for path in found]


def find_region(text: str) -> Path:
    """The path that a REGION argument names: an existing path, else a bundled region.

    Raises:
        UnknownRegion: when it is neither.
    """
    path = Path(text)
    if path.exists():
        return path
    regions = bundled_regions()
    for region in regions:
        if region.name == text:
            return region.path
    raise UnknownRegion(text, [region.name for region in regions])


def _about(path: Path) -> tuple[str, str]:
    """(zh, en) of a region: its line `| `name` title | en · zh | size |` in the README, else its name in plan.toml."""
    readme = path.parent / "README.md"
    text = readme.read_text(encoding="utf-8") if readme.is_file() else ""
    row = re.search(rf"^\| `{re.escape(path.name)}` (.*?) \| (.*?) \|", text, re.MULTILINE)
    if row:
        en, _, zh = row.group(2).partition(" · ")
        return MARKS.say("labelled", "zh", label=row.group(1), text=zh or en), en
    settings = path / "plan.toml"
    if settings.is_file():
        name = str(tomllib.loads(settings.read_text(encoding="utf-8")).get("region", {}).get("name", ""))
        return name, name
    return "", ""
