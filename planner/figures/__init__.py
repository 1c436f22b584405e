"""What a plan changes, in numbers: computed once from the tables, read by the report and by other papers.

Ids and numbers only, no texts and no language; `whole.figures_of` makes all of it.
"""
