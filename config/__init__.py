"""What the operator decides: settings from the environment, and the policy files.

Reading happens here, once, at start-up; a malformed value is one clear line that names the place
and the allowed words. Nothing here opens a connection.
"""
