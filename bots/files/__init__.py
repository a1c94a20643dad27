"""Claims in files: 837P, 837I and our own JSON, each entry a `Case` or an `Unread`.

Nothing is loaded here: a reader is imported where it is used, for the sake of start-up.
"""
