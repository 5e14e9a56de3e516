"""The operator's verbs, a module each for those that belong together.

A verb composes, calls and prints; it holds no judgement of its own. Heavy rooms are imported when
a verb runs, so that `--help` and reading notes do not wait for HubSpot's client library.
"""
