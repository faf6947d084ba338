"""The call itself: ringing, the room, the signalling between two browsers, and the meter."""
