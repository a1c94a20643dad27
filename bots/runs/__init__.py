"""Runs: what a person or a schedule asks for, and the loop that takes claims through it."""
