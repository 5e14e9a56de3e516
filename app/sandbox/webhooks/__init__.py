"""HubSpot's side of a webhook: who subscribed to what, how an event is worded, signed and sent.

It refuses to be reliable where HubSpot is not: deliveries may come late, twice or out of order, and
after ten retries they are gone.
"""
