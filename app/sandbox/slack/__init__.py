"""A Slack workspace of our own: the Web API, incoming webhooks, interactions and a page to look.

It refuses what Slack refuses, with Slack's error words, so that the service meets limits, missing
scopes and edits here before it meets them at a customer. It imports nothing of the service.
"""
