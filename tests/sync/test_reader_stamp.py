from __future__ import annotations

from dataclasses import replace
from importlib import resources

from config.policy import load_policy
from config.settings import DEFAULT_POLICY
from sync.reader_stamp import READING, _code_stamp, _files, reader_stamp

POLICY = load_policy(DEFAULT_POLICY)


def test_the_stamp_follows_what_is_asked_of_notes():
    """Other words for a deviation, or other questions, make other gists; another title does not."""
    stamp = reader_stamp(POLICY)
    waiving = replace(POLICY.waiving, labels=("Variance:",))
    assert reader_stamp(replace(POLICY, waiving=waiving)) != stamp
    assert reader_stamp(replace(POLICY, questions=POLICY.questions[1:])) != stamp
    assert reader_stamp(replace(POLICY, title="Another")) == stamp


def test_the_stamp_covers_the_whole_reader():
    """Each module that reads is there, and the vocabulary with it."""
    domain = resources.files("app.domain")
    assert {entry.name for entry in domain.iterdir()} >= READING
    files = {file.name for file in _files(domain / "notes")}
    assert "reader.py" in files
    assert len(files) > 40
    assert _code_stamp() == _code_stamp()
