"""Members: who they are, how they sign up and in."""
