"""How a portal's selector file, specimens and module come about: `claimbots portal new|record`.

`recording` follows a person, `drafting` names what the pages show by the words of `vocabulary`,
and `laying_out` writes the files. No run needs any of it.
"""
