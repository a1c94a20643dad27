"""The one database of runs, claims seen, findings, proposals and exceptions.

`database.connect(places)` opens it, `thread.StoreThread` calls it from asyncio, and
`records` holds the questions and answers: frozen records in, frozen records out. Nothing
outside this room touches a model.
"""
