"""The vocabulary methods of `Word2Vec`: scan, scale, finalize, and `build_vocab` over them.

    corpus -> scan (counts, spooled ids) -> select (min_count, rules) -> Vocabulary -> tables, rows, ids

Each step computes all that is new before it changes the model, so an error leaves it as it was.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, MutableMapping
from dataclasses import replace
from typing import Any

import numpy as np

from w2vref.aliases import modern_arguments
from w2vref.corpora.checks import Sentences
from w2vref.corpora.corpus_file import scan_file
from w2vref.corpora.encoded import encode
from w2vref.errors import UnsupportedOptionError
from w2vref.records import EncodedCorpus
from w2vref.reference.dialects.initial import ROWS
from w2vref.reference.sampling import DOMAIN, make_cum_table
from w2vref.training.dialect_corpus import (
    dialect_reads,
    dialect_trim_rule,
    raw_offsets_of,
    read_in_dialect,
)
from w2vref.training.dialect_options import dialect_of, noise_exponent
from w2vref.training.settings import check_settings, real_number, whole_number
from w2vref.training.weights import Weights
from w2vref.vocabulary.counted import CountedWords
from w2vref.vocabulary.frequencies import scan_frequencies
from w2vref.vocabulary.memory import estimate_memory
from w2vref.vocabulary.rules import TrimRule
from w2vref.vocabulary.scan import Scan, scan
from w2vref.vocabulary.select import Selection, select, selection_report
from w2vref.vocabulary.vocabulary import Vocabulary, make_tables

logger = logging.getLogger("w2vref.vocabulary")


class VocabularySteps(Weights):
    """From text to vocabulary, tables and rows."""

    @modern_arguments
    def build_vocab(
        self,
        sentences: Sentences | None = None,
        keep_raw_vocab: bool = False,
        trim_rule: TrimRule | None = None,
        progress_per: int = 10000,
        update: bool = False,
        *,
        corpus_iterable: Sentences | None = None,
        corpus_file: str | os.PathLike[str] | None = None,
    ) -> None:
        """Count the words of a corpus, in one pass, and make the vocabulary and the weights.

        The corpus is encoded in the same pass, so `train()` without a corpus can use it.

        Args:
            sentences: iterable of lists of str, a generator too; `corpus_iterable` is its modern name.
            keep_raw_vocab: keep `raw_vocab`, the counts of all words, also of those dropped.
            trim_rule: f(word, count, min_count) -> utils.RULE_DEFAULT, RULE_DISCARD or RULE_KEEP.
            progress_per: log progress after this many sentences.
            update: add the corpus to an existing vocabulary: counts add up, known words keep rows and
                locks, new words (by min_count in this corpus) get rows after them. With hierarchical
                softmax the new words join the tree under a new root, so trained nodes keep their
                meaning. False makes a new vocabulary and new weights.
            corpus_file: a path in LineSentence format, instead of sentences.

        Raises: TypeError for both or neither corpus, or for a str in place of a list;
            ValueError if no word is left, or for update=True without a vocabulary.
        """
        self._require_corpus(sentences, corpus_file)
        if update:
            self._require_vocabulary_to_update()
        scanned = self._scanned(sentences, corpus_file, progress_per)
        selection = self._selected(scanned.raw_vocab, trim_rule, update)
        self._install(selection, scanned, update)
        self._counted(scanned, keep_raw_vocab)

    def build_vocab_from_freq(
        self,
        word_freq: Mapping[str, int],
        keep_raw_vocab: bool = False,
        corpus_count: int | None = None,
        trim_rule: TrimRule | None = None,
        update: bool = False,
    ) -> None:
        """Make the vocabulary from a mapping word -> count; `train` is then given a corpus.

        Args:
            corpus_count: sentences in the corpus, kept as `corpus_count`.

        Raises: TypeError or ValueError for words that are no str or counts that are no integers >= 1.
        """
        if update:
            self._require_vocabulary_to_update()
        check_settings(self)
        sentences = 0 if corpus_count is None else whole_number("corpus_count", corpus_count, 0)
        scanned = scan_frequencies(word_freq, sentences)
        selection = self._selected(scanned.raw_vocab, trim_rule, update)
        self._install(selection, scanned, update)
        self._counted(scanned, keep_raw_vocab)

    @modern_arguments
    def scan_vocab(
        self,
        sentences: Sentences | None = None,
        progress_per: int = 10000,
        trim_rule: TrimRule | None = None,
        *,
        corpus_iterable: Sentences | None = None,
        corpus_file: str | os.PathLike[str] | None = None,
        workers: int | None = None,
    ) -> tuple[int, int]:
        """Count the words of a corpus into `raw_vocab`; the model is not changed otherwise.

        Returns: (words, sentences).
        """
        self._require_corpus(sentences, corpus_file)
        if trim_rule is not None:
            logger.info("trim_rule drops nothing while counting: give it to scale_vocab")
        scanned = self._scanned(sentences, corpus_file, progress_per, workers)
        self._scan, self._selection = scanned, None
        self._counted(scanned, keep_raw_vocab=True)
        return scanned.words, scanned.sentences

    def scale_vocab(
        self,
        min_count: int | None = None,
        sample: float | None = None,
        dry_run: bool = False,
        keep_raw_vocab: bool = False,
        trim_rule: TrimRule | None = None,
        update: bool = False,
    ) -> dict[str, Any]:
        """Select the words of `raw_vocab` that stay, and report what that leaves.

        Args:
            min_count, sample: None for the model's settings; what is applied is stored, unless dry_run.
            dry_run: only report.

        Returns: dict with drop_unique, retain_total, downsample_unique, downsample_total, memory,
            num_retained_words.
        Raises: RuntimeError without a scan.
        """
        if not self.raw_vocab:
            raise RuntimeError("there are no counts to scale: call scan_vocab(sentences) first")
        if update:
            self._require_vocabulary_to_update()
        applied_sample = self.sample if sample is None else real_number("sample", sample)
        applied_min_count = self.min_count if min_count is None else whole_number("min_count", min_count, 0)
        selection = self._selected(self.raw_vocab, trim_rule, update, applied_min_count)
        figures = self._report(selection, applied_sample, update)
        if not dry_run:
            self.sample, self.min_count = applied_sample, applied_min_count
            self._selection = selection
            self.effective_min_count = selection.effective_min_count
            if not keep_raw_vocab:
                self.raw_vocab = {}
        return figures

    def prepare_vocab(
        self,
        update: bool = False,
        keep_raw_vocab: bool = False,
        trim_rule: TrimRule | None = None,
        min_count: int | None = None,
        sample: float | None = None,
        dry_run: bool = False,
    ) -> dict[str, Any]:
        """Scale the vocabulary and, unless dry_run, finalize it; returns the report of `scale_vocab`."""
        figures = self.scale_vocab(min_count, sample, dry_run, keep_raw_vocab, trim_rule, update)
        if not dry_run:
            self.finalize_vocab(update)
        return figures

    def finalize_vocab(self, update: bool = False) -> None:
        """Order the selected words, make tables and rows, and encode the scanned corpus."""
        if self._selection is None:
            self.scale_vocab(update=update)
        assert self._selection is not None
        self._install(self._selection, self._scan, update)

    def sort_vocab(self) -> None:
        """Order the selected words by descending count; `finalize_vocab` does it by itself.

        Raises: RuntimeError once there are vectors: their rows would no longer match.
        """
        if len(self._wv):
            raise RuntimeError("must sort before initializing vectors: the vocabulary has rows already")
        if self._selection is None:
            raise RuntimeError("there is no vocabulary to sort: call scan_vocab and scale_vocab first")
        self.sorted_vocab = 1

    def create_binary_tree(self) -> None:
        """Make the Huffman tree of the vocabulary anew: `code` and `point` of each word.

        Raises: ValueError for fewer than two words; RuntimeError if nodes have been trained, for
            their rows would be given to other decisions.
        """
        vocabulary, tables = self._require_vocabulary(), self._require_tables()
        new = make_tables(
            vocabulary, sample=0.0, ns_exponent=0.0, hs=True, negative=0, dialect=dialect_of(self)
        )
        if self._node is not None and self._node.any():
            same = np.array_equal(new.points, tables.points) and np.array_equal(new.codes, tables.codes)
            if not same:
                raise RuntimeError(
                    "the tree has trained nodes, and a new one would give their rows another meaning: "
                    "call reset_weights() first"
                )
        self._set_tables(replace(tables, codes=new.codes, points=new.points, code_offsets=new.code_offsets))

    def make_cum_table(self, power: float | None = None, domain: int = DOMAIN) -> None:
        """Make the noise distribution anew: P(word) proportional to count ** power.

        Args:
            power: None for the model's `ns_exponent` (0.75 unless set).
            domain: the last entry of the table.
        """
        vocabulary, tables = self._require_vocabulary(), self._require_tables()
        exponent = noise_exponent(self) if power is None else real_number("power", power)
        dialect = dialect_of(self)
        if dialect.negative_draw == "unigram_table":
            raise UnsupportedOptionError(
                f"dialect {dialect.name!r} has one table, for the exponent {exponent}: build_vocab makes it"
            )
        table = make_cum_table(vocabulary.training_counts, exponent, domain)
        self._set_tables(replace(tables, cum_table=table))

    def estimate_memory(
        self, vocab_size: int | None = None, report: MutableMapping[str, int] | None = None
    ) -> MutableMapping[str, int]:
        """Return the bytes that a vocabulary of this size (None: the model's) needs, by part."""
        words = len(self._wv) if not vocab_size else whole_number("vocab_size", vocab_size, 0)
        return estimate_memory(
            words, vector_size=self.vector_size, hs=bool(self.hs), negative=self.negative, report=report
        )

    def add_null_word(self) -> None:
        """Set `null_word`, so that `finalize_vocab` adds the word U+0000 as the last row."""
        if len(self._wv):
            raise RuntimeError("the vocabulary is final: set null_word=1 before build_vocab")
        self.null_word = 1

    # What the steps share.

    @staticmethod
    def _require_corpus(sentences: object, corpus_file: object) -> None:
        if (sentences is None) == (corpus_file is None):
            given = "both sentences and corpus_file" if sentences is not None else "no corpus"
            raise TypeError(f"got {given}: give sentences (an iterable of lists of str) or corpus_file")

    def _require_vocabulary_to_update(self) -> None:
        if self._vocabulary is None:
            raise ValueError("update=True needs a vocabulary to add to: call build_vocab() first")
        if self._trimmed:
            raise RuntimeError("the model's training data was deleted, so it cannot be updated")
        if dialect_of(self).generator != "counter" or dialect_of(self).initialization in ROWS:
            raise UnsupportedOptionError(
                f"dialect {dialect_of(self).name!r} cannot add words to a vocabulary (update=True): its rows "
                "and draws depend on the place of a word; build a new vocabulary"
            )
        self.wv.padded()  # refuses read-only rows and diverged models

    def _scanned(
        self,
        sentences: Sentences | None,
        corpus_file: str | os.PathLike[str] | None,
        progress_per: int,
        workers: int | None = None,
    ) -> Scan:
        check_settings(self)
        dialect = dialect_of(self)
        if dialect_reads(dialect):
            sentences, corpus_file = read_in_dialect(dialect, sentences, corpus_file), None
        if corpus_file is not None:
            return scan_file(corpus_file, workers=workers or self.workers, max_vocab_size=self.max_vocab_size)
        assert sentences is not None
        return scan(
            sentences,
            progress_per=whole_number("progress_per", progress_per, 1),
            max_vocab_size=self.max_vocab_size,
        )

    def _selected(
        self,
        raw_vocab: Mapping[str, int],
        trim_rule: TrimRule | None,
        update: bool,
        min_count: int | None = None,
    ) -> Selection:
        return select(
            raw_vocab,
            min_count=self.min_count if min_count is None else min_count,
            max_final_vocab=self.max_final_vocab,
            trim_rule=dialect_trim_rule(dialect_of(self), trim_rule),
            known=self._vocabulary if update else None,
        )

    def _report(self, selection: Selection, sample: float, update: bool) -> dict[str, Any]:
        counts = selection.counts
        if update:
            assert self._vocabulary is not None
            counts = self._vocabulary.merged(selection).training_counts
        return selection_report(
            counts,
            drop_unique=selection.drop_unique,
            sample=sample,
            memory=self.estimate_memory(vocab_size=len(counts)),
        )

    def _counted(self, scanned: Scan, keep_raw_vocab: bool) -> None:
        raw_vocab = scanned.raw_vocab if keep_raw_vocab else {}
        # What a user asked to keep may be changed, like any dict.
        self.raw_vocab = raw_vocab.as_dict() if isinstance(raw_vocab, CountedWords) else raw_vocab
        self.corpus_count = scanned.sentences
        self.corpus_total_words = scanned.words

    def _install(self, selection: Selection, scanned: Scan | None, update: bool) -> None:
        """Make vocabulary, tables, corpus and rows of a selection, then change the model at once."""
        if not selection.words and not update:
            raise RuntimeError(
                f"no word is left for the vocabulary: the corpus is empty, or no word occurs "
                f"{selection.effective_min_count} times (min_count) or passes trim_rule"
            )
        old = self._vocabulary if update else None
        vocabulary = (
            Vocabulary.from_selection(
                selection,
                sorted_vocab=bool(self.sorted_vocab),
                null_word=bool(self.null_word),
                order=dialect_of(self).vocabulary,
            )
            if old is None
            else old.merged(selection, sorted_vocab=bool(self.sorted_vocab))
        )
        tables = self._tables_for(vocabulary, old)
        has_text = scanned is not None and scanned.spool is not None
        raw_offsets = raw_offsets_of(dialect_of(self), scanned)  # before encode writes over them
        corpus: EncodedCorpus | None = (
            encode(scanned, vocabulary, consume=True, workers=self.workers) if scanned and has_text else None
        )
        if corpus is not None:
            corpus = replace(corpus, raw_offsets=raw_offsets)
        if old is None:
            if self.train_count:
                logger.warning("build_vocab replaces the trained vocabulary and its vectors")
            self._set_vocabulary(vocabulary, tables)
        else:
            self._grow_vocabulary(vocabulary, tables)
        self._corpus = corpus
        self._scan = self._selection = None
        self.effective_min_count = selection.effective_min_count
        logger.info("vocabulary: %d words with a total count of %d", len(vocabulary), vocabulary.total)
