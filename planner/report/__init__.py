"""The report: one HTML file that opens without a network, prints, and escapes every name in it.

`page.write_report` makes it: figures (`planner.figures`) and tables of the saved plan, charts and
a map that draw themselves from the data inside the file with libraries that are inlined.
"""
