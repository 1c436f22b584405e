"""The regions that come with the planner, and how a REGION argument is understood."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

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
    return [BundledRegion(path.name, path, _about(path, "zh"), _about(path, "en")) for path in found]


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


def _about(path: Path, lang: str) -> str:
    """The first line of text of the region's README in a language, else its name in plan.toml."""
    for name in (f"README.{'zh-CN' if lang == 'zh' else 'en'}.md", "README.md"):
        readme = path / name
        if readme.is_file():
            lines = (line.strip("# ").strip() for line in readme.read_text(encoding="utf-8").splitlines())
            return next((line for line in lines if line), "")
    settings = path / "plan.toml"
    if settings.is_file():
        section = tomllib.loads(settings.read_text(encoding="utf-8")).get("region", {})
        return str(section.get("name", ""))
    return ""
