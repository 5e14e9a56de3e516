"""The sales channel: a card as Block Kit, and three ways to deliver it.

- `words`, `markup`, `message`: pure; what a card says and how Slack writes it
- `notifier`: a bot that posts and edits; `webhook`: reduced mode that only posts
- `console`: the twin that prints, for a service without a Slack
- `errors`: Slack's refusals as Retryable, Terminal and MessageGone
"""
