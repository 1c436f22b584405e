"""Errors of `geodata`: only what makes a region unreadable as a whole. Bad content is a `Problem`."""

from __future__ import annotations

from pathlib import Path


class GeodataError(Exception):
    """Base of every error raised by `geodata`, with its sentence in English and Chinese."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en = en
        self.zh = zh

    def sentence(self, lang: str = "en") -> str:
        return self.zh if lang == "zh" else self.en


class RegionNotFound(GeodataError):
    """The path is no region: missing, of an unknown kind, or a folder without tables."""

    def __init__(self, path: Path, why_en: str, why_zh: str) -> None:
        super().__init__(
            f"{path} is not a region: {why_en} Give a folder of CSV files, an .xlsx or .xls workbook, or a .gpkg file.",
            f"{path} 不是区域数据：{why_zh}请给出存放 CSV 的文件夹、.xlsx 或 .xls 工作簿，或 .gpkg 文件。",
        )
        self.path = path


class RegionExists(GeodataError):
    """A starter region would overwrite something."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} exists already. Choose another name, or delete it first.",
            f"{path} 已存在。请换一个名称，或先删除它。",
        )
        self.path = path


class RoadsUnreadable(GeodataError):
    """The road file cannot be used at all: missing, damaged, without roads or a place on earth.

    en, zh: what was expected, and what to do; kept as `expected` and `cure`, each (zh, en).
    """

    def __init__(self, path: Path, en: tuple[str, str], zh: tuple[str, str]) -> None:
        super().__init__(
            f"{path.name}: a road file should be {en[0]}. {en[1]}", f"{path.name}：道路文件应为{zh[0]}。{zh[1]}"
        )
        self.path = path
        self.expected, self.cure = (zh[0], en[0]), (zh[1], en[1])
