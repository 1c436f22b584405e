"""The languages that are spoken."""

from __future__ import annotations

from collections.abc import Mapping

#: What `--lang` takes -> the folder of the language.
LOCALES: Mapping[str, str] = {"zh": "zh_CN", "en": "en"}
