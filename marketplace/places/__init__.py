"""Places: what people write of where they are becomes a point on the map, whatever the language. Knows no table."""
