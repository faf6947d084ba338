"""The pages of `/staff/`: what staff see of the money, and the few acts that they do there. Claims have pages of their own."""
