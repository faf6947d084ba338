"""Tests, in the shape of the apps. cast.py: the people; journeys/: whole use cases in real browsers, js/: Node."""
