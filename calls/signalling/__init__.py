"""How two browsers find each other, and every other live message: see PROTOCOL.md."""
