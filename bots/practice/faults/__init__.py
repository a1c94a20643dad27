"""Faults on demand: one small function each, registered by its number in the catalogue.

A fault is switched on by a line in `faults.json`; the server reads the file when it changes.
A function is bound to one *stage* of a request, and one number may have several:

- `request`: before the screen; may answer instead of it
- `paint`: alters how the screen will look
- `listing`: alters one page of a search
- `saving`: before a save is stored; may answer, so that nothing is stored
- `stored`: after the commit; may answer, or cut the line
- `response`: after the screen; may alter or replace the answer
"""
