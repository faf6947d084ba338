"""What those who paid an expert say of them, what the expert replies, and what staff take down, with the reasons open to all."""
