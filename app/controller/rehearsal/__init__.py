"""A draft policy tried beside the one in force, before anybody hears of it.

`comparison` says what differs for one deal, `summary` for many, `tryout` reads the deals, `saved`
keeps them in a file, `history` looks back. Everything here reads: the portal is known by a
protocol that has no way to write.
"""
