"""Keep an office: back it up while it works, put it back, bring it to a newer version.

`sealing` is the encrypted stream, `archive` what stands in it, `backup` writes one, `restore`
proves one whole and puts it back, `upgrade` brings a store of an older version to this one.
"""
