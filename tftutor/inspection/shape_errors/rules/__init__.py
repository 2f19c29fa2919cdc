"""Rules: for each family of ops what its operands must be, and in which words."""
