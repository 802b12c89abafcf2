"""Words in files: joined and decoded all at once, as one after the other."""

from __future__ import annotations

import io
import itertools
import re

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from w2vref.io.source import Source
from w2vref.io.words import Decoder, encode_words, join_words

WORD_BYTES = st.one_of(
    st.binary(max_size=5).map(lambda data: data.replace(b" ", b"")),
    st.sampled_from([b"", b"\xc3", b"\xe2\x82", b"a\nb", b"\n", b"\0", "\u00e9".encode(), b"\xed\xa0\x80"]),
)


@given(
    st.lists(WORD_BYTES, max_size=5),
    st.sampled_from(["utf8", "UTF-8", "latin-1", "utf-16-le", "cp500", "utf-8-sig"]),
    st.sampled_from(["strict", "ignore", "replace", "surrogateescape"]),
)
@example([b"\xe2\x82", b"\xac"], "utf8", "strict")
@example([b"a\nb", b"c"], "utf8", "strict")
def test_words_decoded_together_are_those_decoded_alone(words, encoding, errors):
    data = b"1" + b"".join(word + b"\n" for word in words)  # the words, in a window, after something else
    window = Source(io.BytesIO(data), "here", None)
    window.more()
    ends = 1 + np.cumsum([len(word) + 1 for word in words], dtype=np.int64)
    bounds = (
        np.stack([ends - [len(word) + 1 for word in words], ends - 1], axis=1)
        if words
        else np.zeros((0, 2), np.int64)
    )
    decoder = Decoder(encoding, errors)
    try:
        alone = [word.decode(encoding, errors) for word in words]
    except UnicodeDecodeError:
        for lines in (b"", data[1:]):
            with pytest.raises(UnicodeDecodeError, match="a word that starts at byte offset"):
                decoder.many(window, bounds, lines)
    else:
        assert decoder.many(window, bounds) == alone
        assert decoder.many(window, bounds, data[1:]) == alone


@given(st.lists(st.text(max_size=6), max_size=6))
@example(["\ud800"])
@example(["a b"])
@example(["a\n", "b"])
@example(["", ""])
@example(["\u00e9", "\U0001f600", ""])
def test_words_are_joined_as_they_are_encoded(words):
    try:
        encoded = encode_words(words)
    except ValueError as error:
        with pytest.raises(ValueError, match=re.escape(str(error))):
            join_words(words)
        return
    joined, bounds = join_words(words)
    assert [joined[start:end] for start, end in itertools.pairwise(bounds.tolist())] == encoded
    assert len(bounds) == len(words) + 1
