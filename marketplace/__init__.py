"""The site and its catalogue: members, experts, listings, search, and the pages that look into everything."""
