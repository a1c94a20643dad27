"""Claims, cases and code sets for tests, in the language of the trade."""
