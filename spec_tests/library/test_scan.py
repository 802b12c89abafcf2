"""Counting a corpus in one pass: order, exact counts, parking on disk, bad input."""

from __future__ import annotations

import copy
import errno
import gc
import logging
import tempfile
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vref.corpora import spool as spool_module
from w2vref.corpora.spool import ArraySpool, SpoolWriter
from w2vref.vocabulary import scan as scan_module
from w2vref.vocabulary.scan import Scan, scan
from w2vref.vocabulary.store import WordStore

WORDS = ["a", "b", "c", "d", "e", "", "é", "\ud800", "日本", "a b", "\0"]
CORPORA = st.lists(st.lists(st.sampled_from(WORDS), max_size=8), max_size=25)


def sentences_of(found: Scan) -> list[list[str]]:
    """Return the corpus that a scan kept, as words."""
    assert found.spool is not None
    names = list(found.raw_vocab)
    places = found.spool.tokens if found.ranks is None else found.ranks[found.spool.tokens]
    offsets = found.spool.sentence_offsets.tolist()
    return [[names[i] for i in places[start:end].tolist()] for start, end in pairwise(offsets)]


def check(found: Scan, corpus: list[list[str]]) -> None:
    """Compare a scan with what a Counter says."""
    expected = Counter(word for sentence in corpus for word in sentence)
    # A Counter, too, keeps the order of first appearance.
    assert list(found.raw_vocab.items()) == list(expected.items())
    assert (found.sentences, found.words) == (len(corpus), sum(map(len, corpus)))
    if found.spool is not None:
        assert found.spool.tokens.dtype == np.int32
        assert found.spool.sentence_offsets.dtype == np.int64
        assert sentences_of(found) == corpus


@given(CORPORA)
def test_counts_order_and_ids_are_those_of_a_counter(corpus) -> None:
    check(scan(corpus), corpus)


@given(corpus=CORPORA, pending=st.integers(1, 4), batch=st.integers(1, 9))
def test_the_size_of_the_buffers_changes_nothing(corpus, pending, batch) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan_module, "PENDING_TOKENS", pending)
        patch.setattr(scan_module, "BATCH_TOKENS", batch)
        check(scan(corpus), corpus)


# 1 parks everything after each sentence, 2 and 3 keep one word in memory, 100 never parks.
@pytest.mark.parametrize("max_vocab_size", [1, 2, 3, 5, 100])
@given(corpus=CORPORA, keep_ids=st.booleans())
def test_max_vocab_size_loses_and_miscounts_nothing(max_vocab_size, corpus, keep_ids) -> None:
    found = scan(iter(corpus), max_vocab_size=max_vocab_size, keep_ids=keep_ids)
    check(found, corpus)
    assert (found.spool is not None) == keep_ids


@pytest.mark.parametrize("limit", [4, 40])
def test_max_vocab_size_bounds_the_words_in_memory(limit, monkeypatch) -> None:
    most = 0
    take = scan_module._Scanner._park

    def park(self: Any, size: int) -> None:
        nonlocal most
        most = max(most, len(self.ids))
        take(self, size)
        assert len(self.ids) <= size // 2

    monkeypatch.setattr(scan_module._Scanner, "_park", park)
    scan(([f"w{i * 7919 % 1000}", f"w{i % 3}"] for i in range(3000)), max_vocab_size=limit)
    assert limit < most <= limit + 2  # the sentence that goes beyond it is read to its end


def test_counts_on_disk_are_a_mapping() -> None:
    corpus = [["b", "a", "b"], ["c"], ["\ud800"], ["a"]]
    counts = scan(corpus, max_vocab_size=1).raw_vocab
    assert not isinstance(counts, dict)
    assert len(counts) == 4
    assert list(counts) == ["b", "a", "c", "\ud800"]
    assert list(counts.values()) == [2, 2, 1, 1]
    assert counts["b"] == 2
    assert counts == {"b": 2, "a": 2, "c": 1, "\ud800": 1}
    assert "a" in counts
    assert "z" not in counts
    assert counts.get("z", 0) == 0
    assert 5 not in counts
    assert ("a", 2) in counts.items()
    with pytest.raises(KeyError):
        counts["z"]
    assert repr(counts) == "<4 words and counts on disk>"
    copied = copy.deepcopy(counts)
    assert type(copied) is dict
    assert copied == counts


@pytest.mark.parametrize("kind", [list, tuple, iter, dict.fromkeys, lambda s: (w for w in s)])
def test_any_iterable_of_str_is_a_sentence(kind) -> None:
    corpus = [["x", "y"], [], ["z"]]
    check(scan(kind(sentence) for sentence in corpus), corpus)
    check(scan(np.array([["x", "y"], ["y", "z"]])), [["x", "y"], ["y", "z"]])


def test_subclasses_of_str_become_str() -> None:
    words = list(scan([[np.str_("x"), "y", np.str_("y")]]).raw_vocab)
    assert words == ["x", "y"]
    assert [type(word) for word in words] == [str, str]


def test_an_empty_corpus_and_empty_sentences() -> None:
    check(scan([]), [])
    check(scan([[], []]), [[], []])
    check(scan([[]], max_vocab_size=1), [[]])


@pytest.mark.parametrize("text", ["a b c", b"a b c", bytearray(b"a")])
def test_a_text_in_place_of_a_corpus_or_a_sentence(text) -> None:
    with pytest.raises(TypeError, match=r"pass \[text.split\(\)\]"):
        scan(text)
    with pytest.raises(TypeError, match=r"sentence 1 \(counted from 0\) is a .*split it into words"):
        scan([["a"], text])


@pytest.mark.parametrize("corpus", [5, None, object()])
def test_what_is_no_iterable_is_no_corpus_and_no_sentence(corpus) -> None:
    with pytest.raises(TypeError, match="sentences must be an iterable of lists of str"):
        scan(corpus)
    with pytest.raises(TypeError, match=r"sentence 1 \(counted from 0\) must be a list of str"):
        scan([["a"], corpus])


@pytest.mark.parametrize("token", [1, None, b"x", 2.5, ("x",), ["x"], {"x": 1}])
@pytest.mark.parametrize("max_vocab_size", [None, 1])
def test_a_token_that_is_no_str(token, max_vocab_size) -> None:
    corpus = [["a", "b"], [], ["c", "a", token, "b"], ["d"], [token]]
    with pytest.raises(
        TypeError, match="tokens must be str: the token at position 2 of sentence 2"
    ) as caught:
        scan(corpus, max_vocab_size=max_vocab_size)
    assert type(token).__name__ in str(caught.value)


def test_the_first_of_several_wrong_tokens_is_named() -> None:
    with pytest.raises(TypeError, match=r"position 1 of sentence 0 .* is 1 of type int"):
        scan([["a", 1, 2], [3], [1]])


@pytest.mark.parametrize("options", [{"max_vocab_size": 0}, {"max_vocab_size": -1}, {"progress_per": 0}])
def test_settings_out_of_range(options) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(options))} must be"):
        scan([["a"]], **options)


class ReaderError(Exception):
    """What a user's reader raises."""


def failing(error: BaseException) -> Iterator[list[str]]:
    yield from ([str(i)] for i in range(50))
    raise error


@pytest.mark.parametrize("error", [ReaderError("disk gone"), TypeError("mine"), KeyboardInterrupt()])
@pytest.mark.parametrize("max_vocab_size", [None, 2])
def test_an_exception_of_the_reader_passes_unchanged(error, max_vocab_size) -> None:
    with pytest.raises(type(error)) as caught:
        scan(failing(error), max_vocab_size=max_vocab_size, memory_limit=16)
    assert caught.value is error
    with pytest.raises(type(error)) as caught:
        scan([["a"], (word for sentence in failing(error) for word in sentence)])
    assert caught.value is error
    gc.collect()  # a file that was left open would be a ResourceWarning, and so an error


def test_progress_is_logged(caplog) -> None:
    caplog.set_level(logging.INFO, logger="w2vref.vocabulary")
    scan([["a"]] * 7, progress_per=3)
    messages = [record.getMessage() for record in caplog.records]
    assert [m.split(";")[0] for m in messages[:-1]] == ["read 3 sentences", "read 6 sentences"]
    assert messages[-1] == "counted 7 words in 7 sentences: 1 different words"


# The spool.


@given(
    parts=st.lists(st.lists(st.integers(-(2**31), 2**31 - 1), max_size=7), max_size=9),
    limit=st.sampled_from([0, 1, 12, 13, 1 << 20]),
)
def test_a_spooled_array_is_what_was_appended(parts, limit) -> None:
    spool: ArraySpool[np.int32] = ArraySpool(np.int32, limit)
    for part in parts:
        spool.append(np.array(part, dtype=np.int32))
    values = spool.finish()
    assert values.dtype == np.int32
    assert values.tolist() == [value for part in parts for value in part]
    assert spool.length == 0
    if len(values):
        values[0] = 5  # writable: an encoding may reuse the room
        assert values[0] == 5


def test_a_spilled_spool_has_no_name(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with SpoolWriter(memory_limit=100) as writer:
        for _ in range(10):
            writer.append(np.arange(100, dtype=np.int32), np.array([50, 100]))
        assert writer.tokens._file is not None
        assert list(tmp_path.iterdir()) == []
        spooled = writer.finish()
    assert np.array_equal(spooled.tokens, np.tile(np.arange(100), 10))
    assert np.array_equal(spooled.sentence_offsets, np.arange(0, 1001, 50))
    del spooled
    gc.collect()
    assert list(tmp_path.iterdir()) == []


class FullDisk:
    """A file that takes `room` bytes."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.closed = False

    def write(self, data: memoryview) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = min(self.room, len(data), 7)  # a short write is not the end
        self.room -= written
        return written

    def close(self) -> None:
        self.closed = True


def test_a_full_disk_is_a_clear_error(monkeypatch) -> None:
    disk = FullDisk(200)
    monkeypatch.setattr(spool_module.tempfile, "TemporaryFile", lambda **_: disk)
    with pytest.raises(OSError, match=r"encoded corpus.*No space left.*TMPDIR") as caught:
        scan([["a"] * 10] * 10, memory_limit=16)
    assert caught.value.errno == errno.ENOSPC
    assert disk.closed


def test_a_folder_that_cannot_be_written_is_a_clear_error(monkeypatch) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(spool_module.tempfile, "TemporaryFile", refuse)
    with pytest.raises(PermissionError, match=r"Permission denied.*TMPDIR"):
        scan([["a"] * 10], memory_limit=16)


def test_a_full_disk_while_words_are_parked_is_a_clear_error(monkeypatch) -> None:
    made = WordStore.__init__

    def small(self: WordStore) -> None:
        made(self)
        self._database.execute("PRAGMA temp.max_page_count = 4")

    monkeypatch.setattr(WordStore, "__init__", small)
    with pytest.raises(OSError, match=r"rare words.*full.*raise max_vocab_size") as caught:
        scan(([f"word {i}"] for i in range(5000)), max_vocab_size=10)
    assert caught.value.errno == errno.ENOSPC
    gc.collect()
