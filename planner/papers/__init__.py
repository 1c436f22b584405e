"""Papers of a plan for people without the program: the brief for the meeting, posters of the sites, the monthly return.

Each is written from a saved plan alone, by `alliance plan` and again by `alliance report`; no solving, no network.
"""
