"""The judgement itself: pure functions over immutable values.

Nothing here reads a clock, opens a socket, touches a file or writes a log line; time and settings
arrive as arguments. That is what lets the webhook, the nightly sweep, the command line and a
rehearsal share one evaluation path and give one answer.
"""
