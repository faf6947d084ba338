"""A random life of the whole of the money: every operation in any order, repeated, and the power cut between any two steps.

`deeds.py` chooses what happens next, `trouble.py` cuts the power and breaks the wire, `people.py` is the world and how
somebody does something in it, `paying_in.py`, `spending.py`, `contesting.py`, `disputing.py`, `paying_out.py` and `passing.py`
are what may happen, and `truth.py` is the small model beside it and what must hold after every step and at the end.
"""
