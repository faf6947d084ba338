"""Test calls: a member talks to an echo, and so learns whether microphone, camera and network work."""
