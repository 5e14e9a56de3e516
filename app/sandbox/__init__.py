"""A HubSpot portal and a Slack workspace of our own, for rehearsals, tests and the demo.

The sandbox speaks the vendors' HTTP and keeps state as they do. It imports nothing of the service:
if both shared code, a shared misreading would agree with itself for ever.
"""
