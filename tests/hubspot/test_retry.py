"""When a request is sent again from here, and when the caller is told to come back."""

import pytest

from app.hubspot.retry import RetryPolicy
from app.ports import Retryable, Terminal


class Attempts:
    """Fails with each of these in turn, then answers."""

    def __init__(self, *failures):
        self.failures = list(failures)
        self.made = 0

    def __call__(self):
        self.made += 1
        if self.failures:
            raise self.failures.pop(0)
        return "answer"


def policy(slept, **options):
    """A policy that writes its waits into `slept` instead of waiting."""
    settings = {"attempts": 3, "inline_wait_seconds": 3.0, "jitter": lambda: 0.0}
    return RetryPolicy(sleep=slept.append, **(settings | options))


def test_a_passing_failure_is_tried_again_after_the_time_it_names():
    """Retry-After counts; without one the wait doubles."""
    slept = []
    attempts = Attempts(Retryable("busy", after_seconds=2.0), Retryable("reset"))
    assert policy(slept).run(attempts) == "answer"
    assert slept == [2.0, 0.5]


def test_attempts_are_bounded():
    """The last failure is the caller's."""
    slept = []
    attempts = Attempts(*(Retryable(f"reset {n}") for n in range(9)))
    with pytest.raises(Retryable, match="reset 2"):
        policy(slept).run(attempts)
    assert attempts.made == 3


def test_a_long_wait_is_the_callers():
    """A wait beyond the inline limit is raised with its time, unslept."""
    slept = []
    attempts = Attempts(Retryable("quota", after_seconds=10.0))
    with pytest.raises(Retryable) as caught:
        policy(slept).run(attempts)
    assert caught.value.after_seconds == 10.0
    assert (attempts.made, slept) == (1, [])


def test_what_would_fail_the_same_way_is_not_tried_again():
    """Terminal means once."""
    attempts = Attempts(Terminal("wrong"))
    with pytest.raises(Terminal):
        policy([]).run(attempts)
    assert attempts.made == 1


def test_waits_are_stretched_by_an_injected_chance():
    """Threads that were refused together do not come back together."""
    slept = []
    policy(slept, jitter=lambda: 0.8).run(Attempts(Retryable("busy", after_seconds=1.0)))
    assert slept == [1.2]
