"""What a portal can do, how a bot gets in, and one module for each portal."""
