"""The demonstration: AEs at work on a rehearsal portal, and what the service makes of it.

It drives the real programs over the network, as a person would: it starts `dealgate sandbox`,
`dealgate setup`, `dealgate sync` and `dealgate serve` as processes and talks to HubSpot's API with
an AE's token. It refuses to look inside: everything it reports and checks is read back from the
portal and from the channel.
"""
