"""Robots: demo experts who answer and talk. Ordinary clients of signalling/PROTOCOL.md, with no door of their own."""
