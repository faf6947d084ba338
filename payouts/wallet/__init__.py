"""The wallet: a member's credit. Top up, hold, capture, free, give back."""
