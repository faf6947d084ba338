"""Pages that look into all three apps: home, profile, dashboard, demo. Seen by none."""
