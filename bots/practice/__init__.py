"""The practice portal: a little billing portal to learn, demo and test on.

A Django project of its own, with its own settings, database and process. It knows nothing
of the bots, and nothing of the bots reads its code: they meet at the browser.
"""
