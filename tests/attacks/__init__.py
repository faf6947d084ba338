"""What somebody would try who wants money that is not theirs, or wants others to lose theirs.

An attack that cannot succeed proves nothing. So each class of attack has a test in which it fails, and a broken twin: the
same attack on a site without the one rule that stops it, in which it must succeed. classes/ is the table of them: what is
tried, where it fails, where it succeeds. Those that touch one concept lie beside it; here are those that cross several.

A new attack gets both, and its line in the table, or test_classes.py says so.
"""
