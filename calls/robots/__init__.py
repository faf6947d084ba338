"""Robots: demo experts who answer and talk. Ordinary clients of signalling/PROTOCOL.md, with no door of their own.

behaviour.py decides (pure), site.py signs in, peer.py negotiates, media.py makes face and tune, runner.py holds them
together, roster.py knows who they are. A robot offers the addresses of this machine's network interfaces: where there is
only loopback it has none, so add one first (`ip addr add 10.77.0.1/32 dev lo`). A browser that hides its own addresses
behind .local names is reached all the same, because it reaches the robot.
"""
