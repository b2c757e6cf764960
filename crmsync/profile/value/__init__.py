"""What customers bring and what they cost, each beside others of his class."""
