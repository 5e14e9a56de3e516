"""The examination of an installation: what is checked, what is so, and how to mend it.

Looks and never treats: nothing is written to the portal or the database. What it sends leaves
nothing behind: a signed delivery without events to our own address, a message to the channel that
is removed at once. Each check yields lines; none raises
a Failure, because what could not be examined is a finding too.
"""
