"""The loop: marks in, a portal and a channel that tell the truth out.

- `judgement`: observe, evaluate, diff; what would be done, without doing it
- `reconcile`: apply and record it, for the deals that were marked
- `episode`: what the channel should show after a new verdict
- `worker`: the threads that claim marks
- `alerts`: the thread that tells the channel
"""
