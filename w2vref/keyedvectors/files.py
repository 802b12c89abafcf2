"""Saving and loading KeyedVectors: the native file and the word2vec formats."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from w2vref._typing import Int64Array
from w2vref.io.checkpoint import (
    PICKLE_PROTOCOL,
    SEP_LIMIT,
    KeyedData,
    keyedvectors_from_tensors,
    keyedvectors_to_tensors,
    logger,
    warn_of_pickle_options,
)
from w2vref.io.native import NativeFile, load_native, save_native
from w2vref.io.saveload import SaveLoad
from w2vref.io.source import Target
from w2vref.io.word2vec_format import WordVectors, iterate_word2vec, read_word2vec, write_word2vec
from w2vref.keyedvectors.lookup import Lookup

Self = TypeVar("Self", bound="Files")

DERIVED = frozenset({"norms", "vectors_norm", "syn0norm"})
"""Names that `ignore` may have from older code: they are computed when needed and never stored."""


class Files(Lookup, SaveLoad):
    """`save` and `load`, `save_word2vec_format` and `load_word2vec_format`."""

    def save(
        self,
        fname_or_handle: Target,
        separately: object = None,
        sep_limit: int = SEP_LIMIT,
        ignore: Iterable[str] = frozenset(),
        pickle_protocol: int = PICKLE_PROTOCOL,
    ) -> None:
        """Write everything into one file (safetensors; see docs/formats.md), atomically.

        Args:
            fname_or_handle: a path (compressed if its name ends in .gz, .bz2, .xz or .zst), or a file open
                for writing bytes.
            separately, sep_limit, pickle_protocol: have nothing to do, and a warning says so.
            ignore: attributes of keys to leave out, such as 'count'.

        Raises: ValueError for a name in ignore that is no attribute; TypeError for an attribute no file can
            hold; OSError, the old file being intact.
        """
        warn_of_pickle_options(separately, sep_limit, pickle_protocol)
        save_native(fname_or_handle, *self._tensors(self._ignored(ignore)))

    def _ignored(self, ignore: Iterable[str]) -> set[str]:
        names = {ignore} if isinstance(ignore, str) else set(ignore)
        unknown = names - DERIVED - set(self.expandos)
        if unknown:
            raise ValueError(
                f"ignore={sorted(unknown)}: only attributes can be left out: {sorted(self.expandos)}"
            )
        return names

    def _tensors(self, ignore: Collection[str]) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]:
        if set(self.expandos) - set(ignore):
            self.expandos.resize(len(self))
        data = KeyedData(self.index_to_key, self._storage.rows, self.expandos, self.vectors_lockf)
        return keyedvectors_to_tensors(data, ignore)

    @classmethod
    def load(cls: type[Self], fname: Target, mmap: str | None = None) -> Self:
        """Read a file that `save` wrote; of a saved model, its vectors.

        Args:
            fname: a path (decompressed by its name), or a file open for reading bytes.
            mmap: 'r' maps the file: the vectors are read-only and their memory is shared by all processes
                that load it so. None copies; such vectors can be changed and trained.

        Raises: FileFormatError naming file and offset; ValueError for a mmap of a compressed or open file.
        """
        return cls._from_file(load_native(fname, mmap, padded=("vectors",)))

    @classmethod
    def _from_file(cls: type[Self], file: NativeFile) -> Self:
        data = keyedvectors_from_tensors(file)
        loaded = cls(data.vectors.shape[1], dtype=data.vectors.dtype)
        loaded.adopt_vectors(file.blocks.get("vectors", data.vectors), data.vectors.shape[1])
        loaded._set_keys(data.keys)
        for name, column in data.attributes.items():
            loaded.expandos[name] = column
        loaded.vectors_lockf = data.locks
        return loaded

    def _set_keys(self, keys: list[Any], places: dict[Any, int] | None = None) -> None:
        self.index_to_key = keys
        self.key_to_index = dict(zip(keys, range(len(keys)), strict=True)) if places is None else places
        self.key_to_index.pop(None, None)

    def save_word2vec_format(
        self,
        fname: Target,
        fvocab: Target | None = None,
        binary: bool = False,
        total_vec: int | None = None,
        write_header: bool = True,
        prefix: str = "",
        append: bool = False,
        sort_attr: str = "count",
    ) -> None:
        """Write the vectors in the format of word2vec.c, atomically.

        Args:
            fname: a path (compressed by its name), or a file open for writing bytes.
            fvocab: write `word count` lines there; the counts are the attribute `sort_attr`.
            binary: float32 after each word; otherwise text with the shortest digits that read back exactly.
            total_vec: the number of vectors in the header, if more will be appended.
            write_header: False leaves the first line out.
            prefix: put before each word.
            append: add to an existing file.
            sort_attr: rows go by descending value of this attribute, equal ones by row; without it, by row,
                and a warning says so.

        Raises: ValueError for a key with a space or newline, and for fvocab without the attribute; OSError.
            The files that were there are then unchanged.
        """
        order, counts = self._order(sort_attr)
        if fvocab is not None and counts is None:
            raise ValueError(f"fvocab needs the attribute {sort_attr!r} (sort_attr), which no key has")
        write_word2vec(
            fname,
            self.index_to_key,
            self._storage.rows,
            counts,
            fvocab=fvocab,
            binary=binary,
            order=order,
            total_vec=total_vec,
            write_header=write_header,
            prefix=prefix,
            append=append,
        )

    def _order(self, sort_attr: str) -> tuple[Int64Array | None, npt.NDArray[Any] | None]:
        """Return the rows that have a key in the order to write (None: as they stand), and the attribute."""
        if len(self._storage) != len(self):
            raise ValueError(
                f"{len(self)} keys but {len(self._storage)} vectors: make them equal before saving"
            )
        column = None
        rows = np.arange(len(self), dtype=np.int64)
        if None in self.index_to_key:  # rows that lost their key
            rows = rows[[key is not None for key in self.index_to_key]]
        if sort_attr in self.expandos:
            self.expandos.resize(len(self))
            column = self.expandos[sort_attr]
            # Descending, ties by row: the ascending order of the reversed rows, reversed.
            rows = rows[::-1][np.argsort(column[rows][::-1], kind="stable")][::-1]
        else:
            logger.warning("no key has the attribute %r: the rows are written in their order", sort_attr)
        unchanged = len(rows) == len(self) and bool((rows == np.arange(len(self))).all())
        return (None if unchanged else rows), column

    @classmethod
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
        """Read a file in the format of word2vec.c, text or binary, as that program, gensim or GloVe wrote it.

        Without `fvocab` the attribute count is made up: n for the first word, 1 for the last. See
        `w2vref.io.word2vec_format.read_word2vec` for the arguments and errors.
        """
        return cls._from_word_vectors(
            read_word2vec(
                fname,
                fvocab=fvocab,
                binary=binary,
                encoding=encoding,
                unicode_errors=unicode_errors,
                limit=limit,
                datatype=datatype,
                no_header=no_header,
            )
        )

    @classmethod
    def load_glove_format(
        cls: type[Self],
        fname: Target,
        encoding: str = "utf8",
        unicode_errors: str = "strict",
        limit: int | None = None,
        datatype: npt.DTypeLike = np.float32,
    ) -> Self:
        """Read text as GloVe writes it: no header, and words that may have spaces in them.

        The first row decides the size of the vectors, so its word must have no space. The arguments and
        errors are those of `load_word2vec_format`.
        """
        return cls._from_word_vectors(
            read_word2vec(
                fname,
                encoding=encoding,
                unicode_errors=unicode_errors,
                limit=limit,
                datatype=datatype,
                no_header=True,
                spaced_words=True,
            )
        )

    @classmethod
    def _from_word_vectors(cls: type[Self], content: WordVectors) -> Self:
        words, places, vectors, counts, block = content
        loaded = cls(vectors.shape[1], dtype=vectors.dtype)
        loaded.adopt_vectors(block, vectors.shape[1])
        loaded._set_keys(words, places)
        loaded.expandos["count"] = np.arange(len(words), 0, -1) if counts is None else counts
        return loaded

    def intersect_word2vec_format(
        self,
        fname: Target,
        lockf: float = 0.0,
        binary: bool = False,
        encoding: str = "utf8",
        unicode_errors: str = "strict",
    ) -> None:
        """Take the vectors of the words that a word2vec file shares with these; no word is added.

        The file is read piece by piece, so it may be much larger than the memory, and nothing changes before
        it was read to its end. Of a word that comes again the first vector is taken.

        Args:
            lockf: factor of the change of these rows in training: 0.0 keeps them, 1.0 lets them learn. Set in
                both formats; a single lock for all words becomes one for each first.

        Raises: ValueError if the file's vectors have another size, or these are read-only; FileFormatError;
            UnicodeDecodeError; OSError.
        """
        self._storage._require_writeable()
        pieces = iterate_word2vec(fname, binary=binary, encoding=encoding, unicode_errors=unicode_errors)
        found: dict[int, npt.NDArray[Any]] = {}
        with contextlib.closing(pieces):
            for words, vectors in pieces:
                if vectors.shape[1] != self.vector_size:
                    raise ValueError(
                        f"the vectors of the file have {vectors.shape[1]} components, "
                        f"these have {self.vector_size}"
                    )
                for place, word in enumerate(words):
                    row = self.key_to_index.get(word, -1)
                    if row >= 0:
                        found.setdefault(row, vectors[place].copy())
        if found:
            rows = np.array(list(found), dtype=np.int64)
            locks = np.array(np.broadcast_to(self.vectors_lockf, (len(self),)))
            locks[rows] = lockf
            self._storage.write_many(rows, np.stack(list(found.values())))
            self.vectors_lockf = locks
        logger.info("took the vectors of %d words of %s; their locks are %s", len(found), fname, lockf)
