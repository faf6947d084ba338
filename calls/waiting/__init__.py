"""Who waits for an expert: their places, whose turn it is once the expert is free, and what people read of it."""
