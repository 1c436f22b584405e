"""Single changes of a planning problem that a committee asks about; each gives a changed `Instance`."""

from __future__ import annotations

from dataclasses import replace

from models.instance import Instance, RuleSetting, RuleState

#: What the identifier of a further doctor ends with.
FURTHER = "+"


def absent(instance: Instance, doctor: str) -> Instance:
    """Without a doctor for the whole horizon: no clinics, no posting; a running posting ends. KeyError if unknown."""
    gone = replace(instance.doctors[doctor], free=tuple(0.0 for _ in instance.quarters), posting="no")
    return replace(
        instance,
        doctors={**instance.doctors, doctor: gone},
        current_postings=tuple(one for one in instance.current_postings if one.doctor != doctor),
        locks=tuple(lock for lock in instance.locks if lock.doctor != doctor or not lock.must),
    )


def closed(instance: Instance, site: str) -> Instance:
    """Nobody visits or is posted to a site, and nothing is promised to it. KeyError if it is no site."""
    none = tuple(0.0 for _ in instance.quarters)
    shut = replace(instance.sites[site], slots=none, half_days=none, floor=none)
    return replace(
        instance,
        sites={**instance.sites, site: shut},
        needs={key: replace(need, floor=none) if key[0] == site else need for key, need in instance.needs.items()},
        posts={key: post for key, post in instance.posts.items() if key[0] != site},
        current_postings=tuple(one for one in instance.current_postings if one.institution != site),
        locks=tuple(lock for lock in instance.locks if lock.institution != site or not lock.must),
    )


def another(instance: Instance, doctor: str) -> Instance:
    """With one more doctor like this one: same department, title, specialties, time and dates. KeyError if unknown."""
    like = instance.doctors[doctor]
    further = doctor + FURTHER
    while further in instance.doctors:
        further += FURTHER
    home = (like.institution, like.department)
    departments = dict(instance.departments)
    if home in departments:
        departments[home] = replace(departments[home], headcount=departments[home].headcount + 1)
    more = replace(like, id=further, name=f"{like.name}{FURTHER}", far_before=0.0)
    dates = {(further, *key[1:]): most for key, most in instance.dateable.items() if key[0] == doctor}
    cuts = tuple(replace(cut, doctor=further) for cut in instance.date_cuts if cut.doctor == doctor)
    return replace(
        instance,
        doctors={**instance.doctors, further: more},
        departments=departments,
        dateable={**instance.dateable, **dates},
        date_cuts=(*instance.date_cuts, *cuts),
    )


def budget(instance: Instance, yuan_per_year: float) -> Instance:
    """With another budget."""
    return replace(instance, budget=replace(instance.budget, yuan_per_year=yuan_per_year))


def rule(instance: Instance, name: str, state: RuleState) -> Instance:
    """With a rule applied in another way."""
    old = instance.rules.get(name)
    setting = RuleSetting(state) if old is None else replace(old, state=state)
    return replace(instance, rules={**instance.rules, name: setting})
