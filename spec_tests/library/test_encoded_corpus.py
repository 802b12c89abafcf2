"""From words to word ids: the same by every way, with every sentence numbered."""

from __future__ import annotations

import gc
import hashlib
import pickle
import struct
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vref.corpora import encoded as encoded_module
from w2vref.corpora.encoded import digest, encode, encode_corpus
from w2vref.corpora.spool import Spool
from w2vref.records import EncodedCorpus, once_for_a_corpus
from w2vref.reference.block_rule import repetition
from w2vref.vocabulary.scan import Scan, scan
from w2vref.vocabulary.select import select
from w2vref.vocabulary.vocabulary import Vocabulary

CORPORA = st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=8), max_size=25)


def check(encoded: EncodedCorpus, corpus: list[list[str]], vocabulary: Vocabulary) -> None:
    """Compare an encoded corpus with the naive encoding, sentence by sentence."""
    ids = vocabulary.key_to_index
    expected = [[ids[word] for word in sentence if word in ids] for sentence in corpus]
    offsets = encoded.sentence_offsets.tolist()
    assert [encoded.tokens[start:end].tolist() for start, end in pairwise(offsets)] == expected
    assert (encoded.tokens.dtype, encoded.sentence_offsets.dtype) == (np.int32, np.int64)
    assert encoded.sentences == len(corpus)
    assert encoded.words == sum(map(len, expected))
    assert encoded.raw_words == sum(map(len, corpus))


@pytest.mark.parametrize("native", [True, False])
@pytest.mark.parametrize("max_vocab_size", [None, 1, 3])
# 1 << 20: in memory; 8: in files.
@given(
    corpus=CORPORA, min_count=st.integers(1, 6), limit=st.sampled_from([1 << 20, 8]), chunk=st.integers(1, 9)
)
def test_every_way_gives_the_naive_encoding(native, max_vocab_size, corpus, min_count, limit, chunk) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoded_module, "CHUNK", chunk)
        patch.setattr(encoded_module, "PENDING_TOKENS", chunk)
        if not native:
            patch.setattr(encoded_module, "native_library", lambda: None)
        found = scan(iter(corpus), max_vocab_size=max_vocab_size, memory_limit=limit)
        vocabulary = Vocabulary.from_selection(select(found.raw_vocab, min_count=min_count))
        ways = [
            encode(found, vocabulary, memory_limit=limit),
            encode_corpus(iter(corpus), vocabulary, memory_limit=limit),
            encode(found, vocabulary, consume=True),  # last: it writes over the scan
        ]
    for encoded in ways:
        check(encoded, corpus, vocabulary)
    assert len({digest(encoded) for encoded in ways}) == 1


def test_a_scan_can_be_made_from_arrays() -> None:
    # As a scan by several threads makes it: ids of their own, and their places in raw_vocab.
    found = Scan(
        raw_vocab={"a": 3, "b": 1},
        sentences=2,
        words=4,
        spool=Spool(np.array([0, 1, 2, 2], dtype=np.int32), np.array([0, 1, 4], dtype=np.int64)),
        ranks=np.array([0, 1, 0], dtype=np.int32),
    )
    vocabulary = Vocabulary(["b", "a"], np.array([1, 3]))
    check(encode(found, vocabulary), [["a"], ["b", "a", "a"]], vocabulary)


def test_a_scan_that_kept_no_ids_cannot_be_encoded() -> None:
    with pytest.raises(ValueError, match="keep_ids=True"):
        encode(scan([["a"]], keep_ids=False), Vocabulary(["a"], np.array([1])))


VOCABULARY = Vocabulary(["a", "b"], np.array([2, 1]))


def test_sentences_without_a_known_word_keep_their_numbers() -> None:
    corpus = [[], ["x"], ["a"], ["x", "y"], [], ["b", "x", "a"], []]
    check(encode_corpus(corpus, VOCABULARY), corpus, VOCABULARY)
    nothing = encode_corpus([], VOCABULARY)
    assert (nothing.words, nothing.sentences, nothing.raw_words) == (0, 0, 0)


@pytest.mark.parametrize("token", [1, None, b"a", ("a",), ["a"]])
def test_a_token_that_is_no_str(token) -> None:
    with pytest.raises(TypeError, match="tokens must be str: the token at position 1 of sentence 2"):
        encode_corpus([["a"], ["x"], ["a", token, "b"]], VOCABULARY)


def test_subclasses_of_str_and_other_iterables() -> None:
    corpus = [["a", "z"], ["b"]]
    check(encode_corpus(([np.str_(w) for w in s] for s in corpus), VOCABULARY), corpus, VOCABULARY)
    check(encode_corpus((iter(s) for s in corpus), VOCABULARY), corpus, VOCABULARY)


def test_a_text_in_place_of_a_corpus_or_a_sentence() -> None:
    with pytest.raises(TypeError, match=r"pass \[text.split\(\)\]"):
        encode_corpus("a b", VOCABULARY)
    with pytest.raises(TypeError, match=r"sentence 0 .*split it into words"):
        encode_corpus(["a b"], VOCABULARY)
    with pytest.raises(TypeError, match="iterable of lists of str, got int"):
        encode_corpus(3, VOCABULARY)


def test_an_exception_of_the_reader_passes_unchanged() -> None:
    error = TypeError("mine")

    def reader() -> Iterator[list[str]]:
        yield from [["a", "b"]] * 20
        raise error

    with pytest.raises(TypeError) as caught:
        encode_corpus(reader(), VOCABULARY, memory_limit=8)
    assert caught.value is error
    gc.collect()


def test_the_digest_is_pinned_and_sees_every_difference() -> None:
    def made(tokens: list[int], offsets: list[int]) -> str:
        return digest(EncodedCorpus(np.array(tokens, dtype=np.int32), np.array(offsets, dtype=np.int64), 9))

    pinned = made([0, 1, 2], [0, 1, 3])
    # Sizes and offsets of 8 bytes, tokens of 4, least significant byte first.
    told = struct.pack("<2q3i3q", 3, 2, 0, 1, 2, 0, 1, 3)
    assert pinned == hashlib.blake2b(told, digest_size=16).hexdigest() == "78a4463ab692fb76fff55b938e55577b"
    assert (
        len({pinned, made([0, 1, 1], [0, 1, 3]), made([0, 1, 2], [0, 2, 3]), made([0, 1, 2], [0, 1, 3, 3])})
        == 4
    )


def test_what_is_asked_of_a_corpus_is_found_out_once() -> None:
    calls: list[tuple[int, int]] = []

    @once_for_a_corpus
    def words_times(corpus: EncodedCorpus, factor: int = 1) -> int:
        calls.append((corpus.words, factor))
        return corpus.words * factor

    @once_for_a_corpus
    def negated(corpus: EncodedCorpus, factor: int = 1) -> int:
        return -corpus.words * factor

    first, second = (
        EncodedCorpus(np.zeros(n, dtype=np.int32), np.array([0, n]), raw_words=n) for n in (5, 7)
    )
    for _ in range(2):
        assert [words_times(first), words_times(first, 3), words_times(second, factor=3)] == [5, 15, 21]
        assert negated(first, 3) == -15
    assert calls == [(5, 1), (5, 3), (7, 3)]
    assert words_times(replace(first, raw_words=9)) == 5  # another record, which was not asked yet
    assert calls[3:] == [(5, 1)]


def test_a_corpus_that_was_asked_can_be_pickled() -> None:
    corpus = EncodedCorpus(np.array([0, 1, 1], dtype=np.int32), np.array([0, 1, 3]), raw_words=4)
    expected = digest(corpus), repetition(corpus)
    again = pickle.loads(pickle.dumps(corpus))
    assert (digest(again), repetition(again)) == expected
    assert again.tokens.tolist() == [0, 1, 1]
