"""Charts: Altair specifications, built once, and the Arrow tables that fill them.

Each module has one chart: `spec()` returns the Vega-Lite specification as a dictionary, whose data is named and
empty, and `table(…)` returns the rows for it. No chart knows who draws it.
"""
