"""Whole use cases: real browsers against a real server on a database that is thrown away. Run them with `make test`.

One of them: python -m tests.harness alone pytest -m journey tests/journeys/test_smoke.py
"""
