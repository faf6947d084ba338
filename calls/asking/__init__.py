"""*Ask now*: one line rings every reachable expert of a category at once, and the first to answer has the call."""
