"""Groups 分片包段: from a region's tables to groups with proof, their price, and what people read of them.

units.py     which institutions are grouped as one, and what they weigh
build.py     the grouping problem of a region, and what is wrong with it
run.py       `alliance group`: a plan folder with groups
apply.py     groups inside `alliance plan`: a region with other groups
price.py     what borders cost
measures.py  indicators of groups
page.py      the report of a grouping
words.py     what is said, in two languages
"""
