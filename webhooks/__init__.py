"""HubSpot's door: verify, read keys, mark, 204. Nothing is judged here.

`receiver` mounts it, `signature` decides whose word it is, `events` what it points to, `commit`
makes it durable.
"""
