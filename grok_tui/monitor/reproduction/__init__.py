"""Claim by claim, whether it came out: the rows of the papers, their rules, the table, the report.

A rule is a pure function of what runs measured. Only `pictures` knows matplotlib and numpy.
"""
