"""A study before its data: simulated studies go through the analysis that the real one will get.

How often each test of the report finds something, with an effect (power) and without one (false
positives), beside what formulas say. Only `studies` and `files` know Django, so that the processes
that simulate need none of it.
"""
