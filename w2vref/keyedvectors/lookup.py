"""Keys and their vectors: what is there, where it is, adding and replacing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from w2vref._typing import Float32Array, Int64Array
from w2vref.keyedvectors.attributes import Expandos
from w2vref.keyedvectors.storage import FloatMatrix, FloatVector, VectorStorage
from w2vref.records import Tables

Key: TypeAlias = "str | int | np.integer[Any]"
"""What names a vector. An int that is no key itself is taken for a row number when reading."""
KEY_TYPES = (str, int, np.integer)
Default = TypeVar("Default")
TABLE_ATTRIBUTES = ("sample_int", "code", "point")


class Lookup:
    """The data of KeyedVectors and access to it by key; the queries are built on this class.

    Attributes:
        index_to_key: list of keys in row order; None for a row that is not filled yet.
        key_to_index: dict from key to row.
        expandos: dict of arrays, one element for each key ('count' is one of them).
        next_index: the first row that is not filled.
    """

    def __init__(
        self,
        vector_size: int,
        count: int = 0,
        dtype: npt.DTypeLike = np.float32,
        mapfile_path: str | os.PathLike[str] | None = None,
    ) -> None:
        self._storage = VectorStorage(vector_size, count, dtype, mapfile_path)
        self.mapfile_path = mapfile_path
        self.key_to_index: dict[Any, int] = {}
        self.index_to_key: list[Any] = [None] * count
        self.expandos = Expandos()
        self.vectors_lockf = np.ones(1, dtype=np.float32)
        self._tables: Tables | None = None

    # ---- the arrays ----

    @property
    def vector_size(self) -> int:
        """Components of a vector."""
        return self._storage.size

    @vector_size.setter
    def vector_size(self, size: int) -> None:
        if size != self._storage.size:
            raise ValueError(
                f"vector_size is {self._storage.size}, the width of the vectors, and follows them: "
                "assign kv.vectors to change it"
            )

    @property
    def vectors(self) -> FloatMatrix:
        """(keys, vector_size): a writable view of the vectors; the norms follow whatever is written.

        Assigning copies the matrix. Another width changes `vector_size` (such vectors can no longer be
        trained by the model they came from); rows without a key are never found.
        """
        return self._storage.view()

    @vectors.setter
    def vectors(self, array: npt.ArrayLike) -> None:
        self._storage.replace(array)

    def padded(self) -> Float32Array:
        """Return the rows as a backend trains them: float32 (keys, stride), writable, aligned, padded with 0.

        As long as the array is held the norms are computed anew for each query: let it go after training.

        Raises: ValueError with reason and remedy if these vectors cannot be trained in place.
        """
        if len(self._storage) != len(self.index_to_key):
            raise ValueError(
                f"{len(self)} keys but {len(self._storage)} vectors: make them equal before training"
            )
        return self._storage.padded()

    def adopt_vectors(self, array: FloatMatrix, size: int | None = None) -> None:
        """Take array as the vectors, without a copy: a memory-mapped (rows, size), or padded rows.

        The caller gives it up: what is written through another reference to it is not noticed.
        """
        self._storage.adopt(array, size)

    @property
    def vectors_lockf(self) -> Float32Array:
        """Factor of the change of each row in training: float32, one for all (1,) or one per key."""
        return self._vectors_lockf

    @vectors_lockf.setter
    def vectors_lockf(self, locks: npt.ArrayLike) -> None:
        array = np.array(locks, dtype=np.float32, ndmin=1)
        if array.ndim != 1 or len(array) not in (1, len(self.index_to_key)):
            raise ValueError(
                f"vectors_lockf must have 1 element or one per key ({len(self.index_to_key)}), "
                f"got shape {array.shape}"
            )
        self._vectors_lockf = array

    @property
    def index_to_key(self) -> list[Any]:
        """Keys in row order; None for a row that is not filled yet."""
        return self._index_to_key

    @index_to_key.setter
    def index_to_key(self, keys: list[Any]) -> None:
        self._index_to_key = keys
        self.next_index = len(keys)
        while self.next_index and keys[self.next_index - 1] is None:
            self.next_index -= 1

    def frozen_rows(self) -> tuple[FloatMatrix, Float32Array]:
        """Return the rows that have a key, (n, vector_size), and their norms, (n,), both read-only views."""
        end = self._usable_rows()
        rows, norms = self._storage.rows[:end].view(), self._storage.norms()[:end].view()
        rows.flags.writeable = norms.flags.writeable = False
        return rows, norms

    def _usable_rows(self) -> int:
        """Rows that have both a vector and a key: the range of every query."""
        return min(len(self._storage), len(self._index_to_key))

    # ---- looking up ----

    def __len__(self) -> int:
        return len(self._index_to_key)

    def __str__(self) -> str:
        return f"{type(self).__name__}<vector_size={self.vector_size}, {len(self)} keys>"

    __repr__ = __str__

    def __contains__(self, key: object) -> bool:
        return self._find(key) >= 0

    def has_index_for(self, key: Key) -> bool:
        """Tell whether key is there: as a key, or as a row number."""
        return key in self

    def _find(self, key: object) -> int:
        """Return the row of key, or -1."""
        try:
            row = self.key_to_index.get(key, -1)
        except TypeError:  # not hashable, so it is no key
            return -1
        if row >= 0:
            return row
        if isinstance(key, int | np.integer) and not isinstance(key, bool) and 0 <= key < len(self):
            return int(key)
        return -1

    def get_index(self, key: Key, default: Default | None = None) -> int | Default:
        """Return the row of key, or default.

        Raises: KeyError if there is neither.
        """
        row = self._find(key)
        if row >= 0:
            return row
        if default is not None:
            return default
        raise KeyError(f"key {key!r} not present in the vocabulary")

    def _row(self, key: Key) -> int:
        row = self._find(key)
        if row < 0:
            raise KeyError(f"key {key!r} not present in the vocabulary")
        if row >= len(self._storage):
            raise KeyError(f"key {key!r} has row {row}, but there are {len(self._storage)} vectors")
        return row

    def _rows(self, keys: Iterable[Key]) -> Int64Array:
        return np.array([self._row(key) for key in keys], dtype=np.int64)

    def get_vector(self, key: Key, norm: bool = False) -> FloatVector:
        """Return the vector of key, (vector_size,), read-only; with norm, scaled to length 1.

        A vector of zeros stays as it is. Raises: KeyError.
        """
        row = self._row(key)
        vector = self._storage.row(row)
        if not norm:
            return vector
        length = self._storage.norms()[row]
        result = vector / length if length > 0 else vector.copy()
        result = result.astype(vector.dtype, copy=False)
        result.flags.writeable = False
        return result

    def writable_vector(self, key: Key) -> FloatVector:
        """Return the vector of key as a writable view: what `model[word]` gives."""
        return self._storage.row_view(self._row(key))

    def __getitem__(self, key_or_keys: Key | Sequence[Key] | npt.NDArray[Any]) -> npt.NDArray[Any]:
        if isinstance(key_or_keys, KEY_TYPES) and not isinstance(key_or_keys, bool):
            return self.get_vector(key_or_keys)
        if isinstance(key_or_keys, list | tuple | np.ndarray):
            if len(key_or_keys) == 0:
                raise ValueError("no keys given: a matrix of vectors needs at least one")
            matrix: npt.NDArray[Any] = self._storage.rows[self._rows(key_or_keys)]
            return matrix
        raise TypeError(f"expected a key or a list of keys, got {type(key_or_keys).__name__}")

    # ---- adding and replacing ----

    def __setitem__(self, keys: Key | Sequence[Key], weights: npt.ArrayLike) -> None:
        # An int is a key here, never a row number: kv.vectors[i] = v sets a row.
        single = isinstance(keys, KEY_TYPES)
        many: Sequence[Any] = [keys] if single else list(keys)  # type: ignore[arg-type]
        matrix = np.asarray(weights)
        self.add_vectors(many, matrix[np.newaxis] if single else matrix, replace=True)

    def add_vector(self, key: Key, vector: npt.ArrayLike) -> int:
        """Add one vector under a new key and return its row; the time is amortised constant.

        Raises: ValueError if the key exists (`kv[key] = v` replaces) or the vector has another size.
        """
        if key in self.key_to_index:
            raise ValueError(f"key {key!r} is present: kv[key] = vector replaces its vector")
        self.add_vectors([key], np.asarray(vector)[np.newaxis])
        return self._row(key)

    def add_vectors(
        self,
        keys: Key | Sequence[Key],
        weights: npt.ArrayLike,
        extras: Mapping[str, npt.ArrayLike] | None = None,
        replace: bool = False,
    ) -> None:
        """Add vectors for the keys that are new; with `replace`, set those of the others too.

        Of a key given twice the first vector counts, with `replace` the last. Nothing changes on an error.

        Args:
            keys: one key or a list.
            weights: (len(keys), vector_size), or (vector_size,) for one key.
            extras: attribute -> values, one for each key, stored as by `set_vecattr`.
            replace: overwrite the vectors and extras of known keys.

        Raises: ValueError if lengths or sizes do not fit; TypeError for an attribute of another type.
        """
        if isinstance(keys, KEY_TYPES):
            keys, weights = [keys], np.asarray(weights)[np.newaxis]
        keys = [int(key) if isinstance(key, np.integer) else key for key in keys]
        matrix = self._checked(keys, weights)
        columns = {attr: np.asarray(values) for attr, values in (extras or {}).items()}
        for attr, values in columns.items():
            if len(values) != len(keys):
                raise ValueError(f"{len(keys)} keys but {len(values)} values of the attribute {attr!r}")
        chosen, rows, total = self._place(keys, replace)
        for attr, values in columns.items():
            self.expandos.allocate([attr], [values.dtype], len(self))
        self._storage._require_writeable()
        self._extend(total)
        self._storage.write_many(rows, matrix[chosen])
        for attr, values in columns.items():
            self.expandos[attr][rows] = values[chosen]
        for position, row in zip(chosen.tolist(), rows.tolist(), strict=True):
            key = keys[position]
            self._index_to_key[row] = key
            self.key_to_index[key] = row
        while self.next_index < len(self) and self._index_to_key[self.next_index] is not None:
            self.next_index += 1

    def _checked(self, keys: Sequence[Key], weights: npt.ArrayLike) -> npt.NDArray[Any]:
        matrix = np.asarray(weights)
        if matrix.shape != (len(keys), self.vector_size) or matrix.dtype.kind not in "fiu":
            raise ValueError(
                f"{len(keys)} keys need numbers of shape ({len(keys)}, {self.vector_size}), "
                f"got {matrix.dtype} of shape {matrix.shape}"
            )
        for key in keys:
            if not isinstance(key, str | int) or isinstance(key, bool):
                raise TypeError(f"a key must be a str or an int, got {key!r}")
        return matrix

    def _place(self, keys: Sequence[Key], replace: bool) -> tuple[Int64Array, Int64Array, int]:
        """Return which of the keys are written, to which rows, and how many rows that needs."""
        placed: dict[Key, tuple[int, int]] = {}
        free = self.next_index
        for position, key in enumerate(keys):
            row = self.key_to_index.get(key, -1)
            if row < 0 and key in placed:
                row = placed[key][1]
            if row < 0:
                row, free = free, free + 1
            elif not replace:
                continue
            placed[key] = (position, row)
        pairs = np.array(list(placed.values()), dtype=np.int64).reshape(-1, 2)
        return pairs[:, 0], pairs[:, 1], max(free, len(self))

    def _extend(self, rows: int) -> None:
        """Make room for so many rows in the vectors, the keys, the attributes and the locks."""
        if rows <= len(self) and rows <= len(self._storage):
            return
        grown = rows - len(self)
        self._storage.resize(max(rows, len(self._storage)))
        self._index_to_key.extend([None] * grown)
        self.expandos.resize(rows)
        if len(self._vectors_lockf) > 1:
            self._vectors_lockf = np.concatenate([self._vectors_lockf, np.ones(grown, dtype=np.float32)])

    # ---- attributes ----

    def attach_tables(self, tables: Tables | None) -> None:
        """Take the model's tables: the attributes `sample_int`, `code` and `point` are read from them."""
        self._tables = tables

    def allocate_vecattrs(
        self, attrs: Sequence[str] | None = None, types: Sequence[Any] | None = None
    ) -> None:
        """Make an array for each attribute that has none, and make all of them as long as the keys.

        Raises: TypeError if one exists with a type that cannot hold the new one; ValueError if the
        lists differ in length.
        """
        attrs = list(self.expandos) if attrs is None else attrs
        types = [self.expandos[attr].dtype for attr in attrs] if types is None else types
        if isinstance(attrs, str) or len(attrs) != len(types):
            raise ValueError("attrs and types must be two lists of the same length")
        self.expandos.allocate(attrs, types, len(self))

    def vecattrs(self) -> list[str]:
        """Return the names of the attributes that `get_vecattr` knows."""
        names = list(self.expandos)
        if self._tables is not None:
            trees = len(self._tables.code_offsets) > 1
            names += [name for name in TABLE_ATTRIBUTES if trees or name == "sample_int"]
        return names

    def set_vecattr(self, key: Key, attr: str, val: Any) -> None:
        """Set an attribute of key; the first value decides the type of all.

        Raises: KeyError; TypeError if the value does not fit the type of the attribute.
        """
        row = self._require(key)
        kind = type(val) if not isinstance(val, np.generic) else val.dtype
        self.expandos.allocate([attr], [kind if not isinstance(val, list | tuple) else object], len(self))
        self.expandos[attr][row] = val

    def get_vecattr(self, key: Key, attr: str) -> Any:
        """Return an attribute of key; 0 if it was never set for this key.

        Raises: KeyError for an unknown key or attribute.
        """
        row = self._require(key)
        if attr in self.expandos:
            if row >= len(self.expandos[attr]):
                self.expandos.resize(len(self))
            return self.expandos[attr][row]
        if attr in self.vecattrs():
            return self._table_attribute(row, attr)
        raise KeyError(f"no attribute {attr!r}: there are {sorted(self.vecattrs())}")

    def _require(self, key: Key) -> int:
        row = self._find(key)
        if row < 0:
            raise KeyError(f"key {key!r} not present in the vocabulary")
        return row

    def _table_attribute(self, row: int, attr: str) -> Any:
        tables = self._tables
        assert tables is not None
        if attr == "sample_int":
            return int(tables.sample_int[row]) if row < len(tables.sample_int) else 0
        offsets = tables.code_offsets
        digits = tables.codes if attr == "code" else tables.points
        if row + 1 >= len(offsets):
            return digits[:0]
        return digits[offsets[row] : offsets[row + 1]]
