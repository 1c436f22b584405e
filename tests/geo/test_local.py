"""Days, months, numbers and the order of names, as each language has them."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from geodata.catalogue import Texts
from geodata.local import by_name, day, month, name_key, number, ranks, short_month


def test_names_are_in_pinyin_order() -> None:
    """Townships stand by their reading, not by their code points: a, b, c ... as a reader looks them up."""
    towns = ["张铺镇", "汊涧镇", "石梁镇", "铜城镇", "仁和集镇", "新街镇", "大通镇", "杨村镇", "秦栏镇", "永丰镇"]
    assert by_name(towns) == [
        "汊涧镇", "大通镇", "秦栏镇", "仁和集镇", "石梁镇", "铜城镇", "新街镇", "杨村镇", "永丰镇", "张铺镇"
    ]  # fmt: skip
    assert by_name(towns) != sorted(towns)


def test_characters_are_read_as_in_their_word() -> None:
    """重庆 is Chongqing and stands before 单县, 重要 would be zhong; a tone decides between equal syllables."""
    assert by_name(["中心院", "重庆院", "成都院"]) == ["成都院", "重庆院", "中心院"]
    assert by_name(["马", "妈", "骂", "麻"]) == ["妈", "麻", "马", "骂"]


def test_surnames_have_their_own_reading() -> None:
    """A doctor 单 is Shan, 曾 Zeng, 解 Xie, 尉迟 Yuchi; the same character in a place is read as usual."""
    doctors = ["曾国荣", "单志强", "尉迟敏", "解放", "李四", "万俟兰"]
    assert by_name(doctors, person=True) == ["李四", "万俟兰", "单志强", "解放", "尉迟敏", "曾国荣"]
    assert name_key("单", person=True) != name_key("单")


def test_numbers_in_names_count_and_other_writing_comes_first() -> None:
    """Station 2 stands before station 10; Latin names come first, accents aside."""
    assert by_name(["第10卫生室", "第2卫生室", "第１卫生室"]) == ["第１卫生室", "第2卫生室", "第10卫生室"]
    assert by_name(["安徽", "Zabbar", "Żejtun", "attard"]) == ["attard", "Zabbar", "Żejtun", "安徽"]


@given(st.lists(st.text(max_size=8), max_size=8), st.booleans())
def test_any_names_can_be_ordered(names: list[str], person: bool) -> None:
    """Every text has a place, and `ranks` is the order of `by_name`."""
    order = by_name(names, person)
    assert sorted(order) == sorted(names)
    place = ranks(names, person)
    assert sorted(place) == list(range(len(names)))
    assert [names[place.index(rank)] for rank in range(len(names))] == order


def test_days_and_months_are_written_by_the_language() -> None:
    """Sentences and headings have the day, the month with its year and the month alone in each language."""
    on = date(2026, 9, 2)
    assert (day(on, "zh"), day(on, "en")) == ("2026年9月2日", "Sep 2, 2026")
    assert (month(2026, 9, "zh"), month(2026, 9, "en")) == ("2026年9月", "Sep 2026")
    assert (short_month(9, "zh"), short_month(9, "en")) == ("9月", "Sep")


def test_a_day_in_a_message_is_written_by_its_language() -> None:
    """A value that is a date is never shown as the machine writes it."""
    subtitle = Texts("text", "planner", "alliance")
    assert subtitle.say("subtitle", "zh", start=date(2026, 3, 2), weeks=13) == "2026年3月2日起 13 周"
    assert subtitle.say("subtitle", "en", start=date(2026, 3, 2), weeks=13) == "13 weeks from Mar 2, 2026"


def test_numbers_have_the_separators_of_the_language() -> None:
    """Thousands and decimals as both languages write them; what is no number stays."""
    assert [number("1,234.5", lang) for lang in ("zh", "en")] == ["1,234.5", "1,234.5"]
    assert number("–", "zh") == "–"
