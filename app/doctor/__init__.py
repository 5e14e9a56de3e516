"""The examination of an installation: what is checked, what is so, and how to mend it.

Looks and never treats: nothing is written to the portal, the channel or the database, except that
a signed delivery without events is sent to our own address. Each check yields lines; none raises
a Failure, because what could not be examined is a finding too.
"""
