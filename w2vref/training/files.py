"""Saving and loading `Word2Vec`: everything that training, queries and a resumed call need.

The corpus itself is not stored: `train(corpus, resume=True)` reads it again and compares its digest.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, fields
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from w2vref._typing import Float32Array
from w2vref.backends import get_backend
from w2vref.backends.checks import check_dialect
from w2vref.config import SEED_MODULUS, BlockRule
from w2vref.dialects import dialect_from_record
from w2vref.errors import UnsupportedOptionError
from w2vref.io.checkpoint import (
    KEYED_VECTORS,
    PICKLE_PROTOCOL,
    SEP_LIMIT,
    WORD2VEC,
    Tensors,
    damaged,
    require,
    storable,
    warn_of_pickle_options,
    words_from_tensors,
    words_to_tensors,
)
from w2vref.io.native import NativeFile, load_native, save_native
from w2vref.io.saveload import SaveLoad, constructor
from w2vref.io.source import Target
from w2vref.keyedvectors import KeyedVectors
from w2vref.records import Tables
from w2vref.reference.dialects.support import new_generator
from w2vref.training.dialect_options import dialect_of
from w2vref.training.result import TrainPosition
from w2vref.training.settings import check_settings
from w2vref.training.weights import Weights
from w2vref.vocabulary.select import Selection
from w2vref.vocabulary.vocabulary import Vocabulary, make_tables

logger = logging.getLogger("w2vref.io")

Self = TypeVar("Self", bound="ModelFiles")

SETTINGS = [
    "vector_size",
    "alpha",
    "min_alpha",
    "window",
    "shrink_windows",
    "min_count",
    "max_vocab_size",
    "max_final_vocab",
    "sample",
    "seed",
    "workers",
    "sg",
    "hs",
    "negative",
    "ns_exponent",
    "cbow_mean",
    "cbow_gradient",
    "iter",
    "null_word",
    "sorted_vocab",
    "batch_words",
    "compute_loss",
    "comment",
    "algorithm",
    "dialect",
]
"""Arguments of the constructor that a file can hold."""
COUNTERS = [
    "corpus_count",
    "corpus_total_words",
    "effective_min_count",
    "train_count",
    "total_train_time",
    "min_alpha_yet_reached",
    "running_training_loss",
    "_next_epoch",
    "_pair_calls",
    "_diverged",
    "_trimmed",
]
"""Attributes that the record holds, without the underscore."""

TABLES = {
    "sample_int": np.uint64,
    "cum_table": np.uint32,
    "codes": np.uint8,
    "points": np.uint32,
    "code_offsets": np.int64,
}
NOT_FINITE = ("nan", "inf", "-inf")
"""How the record has the floats that JSON lacks."""
MATRICES = {"output_vectors": "_output", "node_vectors": "_node"}
PADDED = ("vectors", *MATRICES)

IGNORABLE = {
    "output_vectors": "output_vectors",
    "syn1neg": "output_vectors",
    "node_vectors": "node_vectors",
    "syn1": "node_vectors",
    "raw_vocab": "raw_vocab",
    "lifecycle_events": "lifecycle_events",
    # Never stored, or small and always stored; older code names them.
    "cum_table": "",
    "syn0norm": "",
    "vectors_norm": "",
    "table": "",
}
"""What `ignore` may name, and what is then left out."""


class ModelFiles(Weights, SaveLoad):
    """`save`, `load`, and the word2vec formats."""

    def save(
        self,
        fname_or_handle: Target,
        separately: object = None,
        sep_limit: int = SEP_LIMIT,
        ignore: Iterable[str] = frozenset(),
        pickle_protocol: int = PICKLE_PROTOCOL,
    ) -> None:
        """Write the whole model into one file (safetensors; see docs/formats.md), atomically.

        What cannot be stored is `hashfxn`, a function: a warning says so if one was set, and `load` takes it
        again. The encoded corpus is not stored either.

        Args:
            fname_or_handle: a path (compressed if its name ends in .gz, .bz2, .xz or .zst), or a file open
                for writing bytes.
            separately, sep_limit, pickle_protocol: have nothing to do, and a warning says so.
            ignore: output_vectors (syn1neg), node_vectors (syn1): the loaded model can then be queried but
                not trained; raw_vocab; lifecycle_events.

        Raises: ValueError for another name in ignore, or a setting out of range; TypeError for a comment that
            JSON cannot hold; OSError, the old file being intact.
        """
        check_settings(self)
        warn_of_pickle_options(separately, sep_limit, pickle_protocol)
        names = {ignore} if isinstance(ignore, str) else set(ignore)
        unknown = names - set(IGNORABLE)
        if unknown:
            raise ValueError(f"ignore={sorted(unknown)}: only these can be left out: {sorted(IGNORABLE)}")
        if self.hashfxn is not None:
            logger.warning(
                "save: hashfxn %s is a function and cannot be stored: give it to load(..., hashfxn=) again",
                _name(self.hashfxn),
            )
        save_native(fname_or_handle, *self._tensors({IGNORABLE[name] for name in names}))

    def _tensors(self, ignore: Collection[str]) -> tuple[Tensors, dict[str, Any]]:
        tensors, record = self._wv._tensors(())
        record |= {
            "kind": WORD2VEC,
            "settings": storable(
                {name: getattr(self, name) for name in SETTINGS} | {"dialect": dialect_of(self).record()}
            )
            | _block_settings(self.block),
            "counters": storable({name.lstrip("_"): getattr(self, name) for name in COUNTERS}),
            "vocabulary": None,
            "train_position": None if self.train_position is None else self.train_position.to_dict(),
            "hashfxn": None if self.hashfxn is None else _name(self.hashfxn),
            "lifecycle_events": [] if "lifecycle_events" in ignore else _events(self.lifecycle_events),
            "null_index": None,
            "selection": None,
        }
        for name, attribute in MATRICES.items():
            matrix: Float32Array | None = getattr(self, attribute)
            if matrix is not None and name in ignore:
                record["counters"]["trimmed"] = True
            elif matrix is not None:
                tensors[name] = matrix[:, : self.vector_size]
        if self._vocabulary is not None and self._tables is not None:
            record["null_index"] = self._vocabulary.null_index
            record["vocabulary"] = "keys" if self._vocabulary_is_in_keys() else "own"
            if record["vocabulary"] == "own":
                tensors |= words_to_tensors("vocabulary", self._vocabulary.words)
                tensors["vocabulary.counts"] = self._vocabulary.counts
            tensors |= {name: getattr(self._tables, name) for name in TABLES}
        if self.raw_vocab and "raw_vocab" not in ignore:
            tensors |= words_to_tensors("raw_vocab", list(self.raw_vocab))
            tensors["raw_vocab.counts"] = np.array(list(self.raw_vocab.values()), dtype=np.int64)
        if len(self._generator):
            tensors["generator"] = self._generator
        if self._selection is not None:
            chosen = self._selection
            tensors |= words_to_tensors("selection", chosen.words)
            tensors["selection.counts"] = np.asarray(chosen.counts, dtype=np.int64)
            record["selection"] = [chosen.effective_min_count, chosen.drop_unique, chosen.drop_total]
        return tensors, record

    def _vocabulary_is_in_keys(self) -> bool:
        """Tell whether the keys of wv and their counts are those of the vocabulary: so it was made."""
        vocabulary, counts = self._vocabulary, self._wv.expandos.get("count")
        return (
            vocabulary is not None
            and counts is not None
            and counts.dtype == np.int64
            and self._wv.index_to_key == vocabulary.words
            and np.array_equal(counts, vocabulary.counts)
        )

    @constructor
    def load(
        cls: type[Self],
        fname: Target,
        mmap: str | None = None,
        *,
        rethrow: bool = False,
        backend: str = "auto",
        hashfxn: Callable[[str], int] | None = None,
    ) -> Self:
        """Read a model that `save` wrote. It trains and answers as the one that was saved, to the bit.

        Args:
            fname: a path (decompressed by its name), or a file open for reading bytes.
            mmap: 'r' maps the file: its arrays are read-only, their memory is shared by all processes that
                load it so, and training raises. None copies.
            rethrow: has nothing to do; errors always come out.
            backend: as in the constructor; which one a model was trained with makes no difference.
            hashfxn: the function that the saved model had, which no file can hold.

        Raises: FileFormatError naming file and offset, also for a file of another kind; ValueError for a mmap
            of a compressed or open file.
        """
        del rethrow
        file = load_native(fname, mmap, padded=PADDED)
        kind = file.metadata.get("kind")
        if kind == KEYED_VECTORS:
            raise damaged(file, "it holds vectors without a model: use KeyedVectors.load")
        if kind != WORD2VEC:
            raise damaged(file, f"it holds {kind!r}, not a Word2Vec model")
        model = cls._with_settings(file, backend)
        model.hashfxn = hashfxn
        stored = file.metadata.get("hashfxn")
        if stored is not None and hashfxn is None:
            logger.warning(
                "%s: the model was saved with hashfxn %s, which no file can hold: without "
                "load(..., hashfxn=) new words get the initial vectors of the default",
                file.name,
                stored,
            )
        model._restore_history(file)
        model._restore_weights(file)
        return model

    @classmethod
    def _with_settings(cls: type[Self], file: NativeFile, backend: str) -> Self:
        settings = file.metadata.get("settings")
        if not isinstance(settings, dict) or set(settings) - {"block"} != set(SETTINGS):
            raise damaged(file, "its record of settings is damaged")
        model = cls()
        for name in SETTINGS:
            setattr(model, name, settings[name])
        try:
            model.block = BlockRule(**settings["block"]) if "block" in settings else None
            # A named dialect stays a name, as the constructor was given it.
            if isinstance(settings["dialect"], dict):
                model.dialect = dialect_from_record(settings["dialect"])
            check_settings(model)
        except UnsupportedOptionError:
            raise
        except (TypeError, ValueError) as error:
            raise damaged(file, f"its settings are damaged: {error}") from error
        model._backend = get_backend(backend, dialect_of(model))
        check_dialect(model._backend, dialect_of(model))
        return model

    def _restore_history(self, file: NativeFile) -> None:
        counters = file.metadata.get("counters")
        if not isinstance(counters, dict) or set(counters) != {name.lstrip("_") for name in COUNTERS}:
            raise damaged(file, "its record of counters is damaged")
        for name in COUNTERS:
            old, new = getattr(self, name), counters[name.lstrip("_")]
            accepted: tuple[type, ...] = (int, float) if isinstance(old, float) else (type(old),)
            accepted += (str,) if name == "_diverged" else ()
            if isinstance(old, float) and new in NOT_FINITE:
                new = float(new)
            if type(new) not in accepted:
                raise damaged(file, f"its record {name.lstrip('_')} is {new!r}")
            setattr(self, name, float(new) if isinstance(old, float) else new)
        position = file.metadata.get("train_position")
        if position is not None:
            self.train_position = _position(file, position)
        events = file.metadata.get("lifecycle_events")
        if not isinstance(events, list):
            raise damaged(file, "its record of events is damaged")
        self.lifecycle_events = events
        self._made_in = dialect_of(self)
        self._generator = new_generator(dialect_of(self), self.seed % SEED_MODULUS)
        if len(self._generator):
            stored_state = require(file, "generator", np.uint64, 1, len(self._generator))
            self._generator = np.array(stored_state)

    def _restore_weights(self, file: NativeFile) -> None:
        self._wv = KeyedVectors._from_file(file)
        vocabulary = _vocabulary(file)
        if vocabulary is not None:
            self._vocabulary = vocabulary
            self._set_tables(_tables(file, len(vocabulary)))
        for name, attribute in MATRICES.items():
            if name in file.tensors:
                matrix = require(file, name, np.float32, 2, 0 if vocabulary is None else len(vocabulary))
                if matrix.shape[1] != self.vector_size:
                    raise damaged(file, f"{name} has {matrix.shape[1]} columns instead of {self.vector_size}")
                setattr(self, attribute, file.blocks.get(name, matrix))
        if "raw_vocab.counts" in file.tensors:
            words = words_from_tensors("raw_vocab", file)
            counts = require(file, "raw_vocab.counts", np.int64, 1, len(words))
            self.raw_vocab = dict(zip(words, counts.tolist(), strict=True))
        if "selection.counts" in file.tensors:
            self._selection = _selection(file)

    # ---- the word2vec formats ----

    def save_word2vec_format(
        self, fname: Target, fvocab: Target | None = None, binary: bool = False, **options: Any
    ) -> None:
        """Write the vectors; see `KeyedVectors.save_word2vec_format`, which takes the same options."""
        self.wv.save_word2vec_format(fname, fvocab, binary, **options)

    @constructor
    def load_word2vec_format(
        cls: type[Self],
        fname: Target,
        fvocab: Target | None = None,
        binary: bool = False,
        encoding: str = "utf8",
        unicode_errors: str = "strict",
        limit: int | None = None,
        datatype: npt.DTypeLike = np.float32,
        no_header: bool = False,
    ) -> Self:
        """Return a model that has only the vectors of a file: it can be queried, not trained.

        See `KeyedVectors.load_word2vec_format` for the arguments and errors. To train from these vectors,
        build the vocabulary of a corpus and call `intersect_word2vec_format`.
        """
        wv = KeyedVectors.load_word2vec_format(
            fname, fvocab, binary, encoding, unicode_errors, limit, datatype, no_header
        )
        model = cls()
        model.vector_size = wv.vector_size or model.vector_size
        model._vocabulary = Vocabulary(list(wv.index_to_key), wv.expandos["count"])
        counts = np.maximum(model._vocabulary.counts, 1)  # a word missing in fvocab has the count 0
        vocabulary = model._vocabulary.with_counts(counts)
        tables = make_tables(vocabulary, sample=0.0, ns_exponent=0.0, hs=False, negative=0)
        model._wv = wv
        model._set_tables(tables)
        model._trimmed = True
        return model

    def intersect_word2vec_format(
        self,
        fname: Target,
        lockf: float = 0.0,
        binary: bool = False,
        encoding: str = "utf8",
        unicode_errors: str = "strict",
    ) -> None:
        """Take the vectors of shared words, and lock them; see `KeyedVectors.intersect_word2vec_format`."""
        self.wv.intersect_word2vec_format(fname, lockf, binary, encoding, unicode_errors)


def _name(function: Callable[..., Any]) -> str:
    return f"{getattr(function, '__module__', None)}.{getattr(function, '__qualname__', function)}"


def _events(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the events with what JSON cannot hold as its repr."""

    def plain(value: Any) -> Any:
        if isinstance(value, np.generic):
            value = value.item()
        if isinstance(value, dict):
            return {str(name): plain(item) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [plain(item) for item in value]
        if value is None or isinstance(value, str | bool):
            return value
        return value if type(value) in (int, float) and value - value == 0 else repr(value)

    return [plain(event) for event in events]


def _block_settings(rule: BlockRule | None) -> dict[str, Any]:
    """Return what the record of settings says of the block rule: nothing if none was given."""
    return {} if rule is None else {"block": storable(asdict(rule))}


def _position(file: NativeFile, record: Any) -> TrainPosition:
    names = {field.name: field.type for field in fields(TrainPosition)}
    types = {"int": int, "float": float, "str": str}
    if not isinstance(record, dict) or set(record) != set(names):
        raise damaged(file, "its training position is damaged")
    for name, kind in names.items():
        if type(record[name]) is not types[str(kind)]:
            raise damaged(file, f"its training position is damaged: {name} is {record[name]!r}")
    return TrainPosition(**record)


def _vocabulary(file: NativeFile) -> Vocabulary | None:
    where = file.metadata.get("vocabulary", "")
    if where is None:
        return None
    if where not in ("keys", "own"):
        raise damaged(file, "its record of the vocabulary is damaged")
    names = ("words", "attribute.count") if where == "keys" else ("vocabulary", "vocabulary.counts")
    words = words_from_tensors(names[0], file)
    counts = require(file, names[1], np.int64, 1, len(words))
    null_index = file.metadata.get("null_index")
    if null_index is not None and not (type(null_index) is int and 0 <= null_index < len(words)):
        raise damaged(file, f"its null word has the row {null_index!r}")
    try:
        return Vocabulary(words, counts, null_index)
    except ValueError as error:
        raise damaged(file, str(error)) from error


def _tables(file: NativeFile, words: int) -> Tables:
    """Return the tables, checked: a kernel indexes with them."""
    arrays = {name: np.array(require(file, name, dtype, 1)) for name, dtype in TABLES.items()}
    tables = Tables(**arrays)
    offsets = tables.code_offsets
    if (
        len(tables.sample_int) != words
        or len(tables.cum_table) not in (0, words)
        or (np.diff(tables.cum_table.astype(np.int64)) < 0).any()
        or len(offsets) not in (1, words + 1)
        or offsets[0] != 0
        or (np.diff(offsets) < 0).any()
        or offsets[-1] != len(tables.codes)
        or len(tables.points) != len(tables.codes)
        or (tables.codes > 1).any()
        or (tables.points >= max(1, words)).any()
    ):
        raise damaged(file, "its tables do not fit its vocabulary")
    return tables


def _selection(file: NativeFile) -> Selection:
    words = words_from_tensors("selection", file)
    counts = require(file, "selection.counts", np.int64, 1, len(words))
    figures = file.metadata.get("selection")
    if not isinstance(figures, list) or [type(figure) for figure in figures] != [int, int, int]:
        raise damaged(file, "its selection of words is damaged")
    return Selection(words, counts, *figures)
