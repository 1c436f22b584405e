"""Words of the report in Chinese and English: chapters, headings, controls, and what the page's scripts say."""

from __future__ import annotations

from planner.catalogue import texts

#: `{name}` is filled in by `report_word` or by the page.
WORDS = texts("report")
#: What the page's own scripts say, sent along with the data.
IN_PAGE = tuple(
    """
    search sort_by rows_shown page_back page_on nothing_found date weekday slot backup changed f_site f_doctor
    f_specialty f_all week_of rows_found am pm day_off timetable choose place_hint place_gets
    place_gives place_visits place_nothing
    gets_clinic gets_posted gets_service gets_tele gets_returned gets_received gives_clinics gives_posted gives_service
    gives_referred gives_left residents kept unmet left referred minutes_within from_place centre_of others none_drawn
    all_specialties all_services outside chart_failed scroll_region today plan up down zoom_in zoom_out legend
    layer_postings layer_tele layer_communities layer_groups
""".split()
)


def report_word(key: str, lang: str, **values: object) -> str:
    """A word of the report with its values filled in. Raises KeyError for an unknown key."""
    return WORDS.say(key, lang, **values)


def page_words(lang: str) -> dict[str, str]:
    """The words of the page's scripts, their places still open."""
    return {key: WORDS.text(key, lang) for key in IN_PAGE}
