"""The web servers that `manage.py serve` can run the site on: one function `run` each."""
