"""Where the vectors are kept: padded rows that grow, and norms that are never stale.

**Layout.** float32 rows are padded with +0 to a multiple of 16 floats and aligned to 64 bytes, so that a
backend trains them where they are; everyone else sees the view `[:, :size]`. Other dtypes, and arrays
taken as they are (memory-mapped files), are not padded and cannot be trained.

**Norms.** Rows can be written through any array that was handed out, at any later time, so a cached norm
may be trusted only when nobody holds such an array. Each writable array that leaves this class is a
view of a *gate*: an array over the buffer interface of the storage, to which only a weak reference is
kept here. NumPy lets views of views refer to the first array that owns its buffer object, so the gate
lives exactly as long as one of the views handed out, or a view made of them, does. While the gate is
alive the norms are computed afresh for every query; once it is dead they are computed one last time
and then kept. A single row has its own gate, so `model['w'] *= 2` costs one row, not all.
"""

from __future__ import annotations

import os
import weakref
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from w2vref._typing import Float32Array, Int64Array
from w2vref.records import is_padded, padded_size, padded_zeros

if TYPE_CHECKING:
    from w2vref.keyedvectors.byte_rows import ByteRows

FloatMatrix: TypeAlias = npt.NDArray[np.floating[Any]]
"""(rows, size), float16, float32 or float64."""
FloatVector: TypeAlias = npt.NDArray[np.floating[Any]]
"""(size,), float16, float32 or float64."""

GROWTH = 1.5
"""Capacity is multiplied by this when rows are added one by one: an amortised constant per row."""
ROWS_AT_ONCE = 8192
"""Rows whose norms are computed together: a block of 300 components is some 10 MB."""
BYTES_FROM_ROWS = 20_000
"""Fewer rows are read fast enough as they are."""
QUERIES_WITHOUT_BYTES = 3
SAFE_NORM = (1e-15, 1e15)
"""Between these, the sum of float32 squares neither underflows nor overflows."""


class VectorStorage:
    """Rows of one dtype in one block of memory (or in one mapped file), and their norms.

    Raises: ValueError for a negative size or count; TypeError for a dtype that is not a float's.
    """

    def __init__(
        self,
        size: int,
        rows: int = 0,
        dtype: npt.DTypeLike = np.float32,
        path: str | os.PathLike[str] | None = None,
    ) -> None:
        if not all(isinstance(number, int | np.integer) for number in (size, rows)):
            raise TypeError(f"vector_size and count must be whole numbers, got {size!r} and {rows!r}")
        if size < 0 or rows < 0:
            raise ValueError(f"vector_size and count must not be negative, got {size} and {rows}")
        self.size = size
        self.dtype = np.dtype(dtype)
        if self.dtype.kind != "f":
            raise TypeError(f"vectors must be of a floating-point dtype, not {self.dtype}")
        self.path = path
        if path is not None and os.path.exists(path) and os.path.getsize(path):
            raise FileExistsError(f"mapfile_path {os.fspath(path)!r} exists: name a new file, or delete it")
        self._count = rows
        self._block: npt.NDArray[Any] = self._allocate(rows)
        self._forget()

    def _forget(self) -> None:
        """Start the records of who may write, and the norms, anew; what was handed out is detached."""
        self._gate: weakref.ref[npt.NDArray[Any]] | None = None
        self._row_gates: dict[int, weakref.ref[npt.NDArray[Any]]] = {}
        self._norms: Float32Array | None = None
        self._normed: FloatMatrix | None = None
        self.in_bytes: ByteRows | None = None
        """A copy of the rows for queries, as they are now; see `worth_bytes`."""
        self._queries = 0

    def _drop_copies(self) -> None:
        """Forget what was made of the rows, because a row has changed."""
        self._normed = self.in_bytes = None
        self._queries = 0

    def _allocate(self, rows: int) -> npt.NDArray[Any]:
        width = padded_size(self.size) if self.dtype == np.float32 else self.size
        if self.path is not None:
            if rows * width == 0:
                return np.zeros((rows, width), dtype=self.dtype)
            exists = os.path.exists(self.path) and os.path.getsize(self.path) > 0
            # A larger shape extends the file: rows already written stay where they are.
            mode: Literal["r+", "w+"] = "r+" if exists else "w+"
            return np.asarray(np.memmap(self.path, self.dtype, mode, shape=(rows, width)))
        if self.dtype == np.float32:
            return padded_zeros(rows, self.size)
        return np.zeros((rows, width), dtype=self.dtype)

    def __len__(self) -> int:
        return self._count

    # ---- arrays ----

    @property
    def rows(self) -> FloatMatrix:
        """(rows, size): for reading inside the library, at once; never handed out."""
        return self._block[: self._count, : self.size]

    @property
    def writeable(self) -> bool:
        """False for an array taken as it is from a read-only file."""
        return bool(self._block.flags.writeable)

    def view(self) -> FloatMatrix:
        """Return the rows for the world: a writable view, unless the storage itself is read-only."""
        return self._gated()[: self._count, : self.size]

    def row_view(self, row: int) -> FloatVector:
        """Return one row, (size,), as a writable view (read-only if the storage is)."""
        if not self.writeable:
            return self._read_only(row)
        gate = np.asarray(self._block[row].data)
        self._row_gates[row] = weakref.ref(gate)
        return gate[: self.size]

    def _read_only(self, row: int) -> FloatVector:
        vector = self._block[row, : self.size]
        vector.flags.writeable = False
        return vector

    def row(self, row: int) -> FloatVector:
        """Return one row, (size,), as a read-only view."""
        return self._read_only(row)

    def padded(self) -> Float32Array:
        """Return the rows as a backend takes them: float32 (rows, padded_size(size)), writable, aligned.

        Raises: ValueError with the reason if these rows cannot be trained in place.
        """
        if self.dtype != np.float32:
            raise ValueError(
                f"vectors of dtype {self.dtype} cannot be trained: training computes in float32; "
                "load them with datatype=numpy.float32"
            )
        if not self.writeable:
            raise ValueError("read-only (memory-mapped) vectors cannot be trained: load them without mmap")
        block = self._gated()[: self._count]
        if not is_padded(block, self.size):
            raise ValueError(
                "vectors taken as they are from a file cannot be trained: assign a copy first, "
                "kv.vectors = kv.vectors.copy()"
            )
        return block

    def _gated(self) -> npt.NDArray[Any]:
        gate = self._gate() if self._gate is not None else None
        if gate is None:
            gate = np.asarray(self._block.data)
            if self.writeable:
                self._gate = weakref.ref(gate)
        return gate

    # ---- changes ----

    def resize(self, rows: int) -> None:
        """Change the number of rows, keeping the first ones; new rows are zero. Amortised when growing."""
        if rows > len(self._block):
            old = self._block[: self._count]
            norms = None if self._gate is not None or self._row_gates else self._norms
            capacity = rows if self._count == 0 else max(rows, int(len(self._block) * GROWTH))
            self._block = self._allocate(capacity)
            if self.path is None:
                self._block[: self._count] = old
            self._forget()
            self._norms = norms
        elif rows < self._count:
            self._require_writeable()
            self._block[rows : self._count] = 0
            self._norms = None
            self._drop_copies()
        self._count = rows

    def replace(self, array: npt.ArrayLike) -> None:
        """Take a copy of array, (rows, size) of any float dtype, in the dtype of this storage."""
        values = np.asarray(array)
        if values.ndim != 2 or values.dtype.kind not in "fiu":
            raise ValueError(
                "vectors must be a matrix of numbers, (rows, size); "
                f"got {values.dtype} of shape {values.shape}"
            )
        rows, size = values.shape
        if self.path is None:
            self.size = size
            block = self._allocate(rows)
        else:
            if size != self.size:
                raise ValueError("vectors in a mapfile_path keep their size: make a new KeyedVectors")
            values = values.copy()  # they may lie in the same file
            block = self._allocate(max(rows, len(self._block)))
        block[:rows, :size] = values
        self._block, self._count = block, rows
        self._forget()

    def adopt(self, array: FloatMatrix, size: int | None = None) -> None:
        """Take array as it is, without a copy: memory-mapped (rows, size), or rows that are padded already.

        Args:
            size: numbers of a row that count, if they are fewer than its columns.

        Raises: ValueError if it is not a matrix of floats.
        """
        if array.ndim != 2 or array.dtype.kind != "f":
            raise ValueError(f"expected a matrix of floats, got {array.dtype} of shape {array.shape}")
        self.size = array.shape[1] if size is None else size
        self.dtype, self.path = array.dtype, None
        self._block, self._count = array, len(array)
        self._forget()

    def write_many(self, rows: Int64Array, vectors: FloatMatrix) -> None:
        """Set rows; of a repeated row number the last one counts."""
        self._require_writeable()
        self._drop_copies()
        self._block[rows, : self.size] = vectors
        if self._norms is not None:
            # The norms of rows beyond them are computed when they are asked for.
            known = rows[rows < len(self._norms)]
            self._norms[known] = row_norms(self._block[known, : self.size])

    def _require_writeable(self) -> None:
        if not self.writeable:
            raise ValueError(
                "the vectors are read-only (memory-mapped): load them without mmap to change them"
            )

    # ---- norms ----

    def _exposed(self) -> bool:
        return self._gate is not None and self._gate() is not None

    def changed(self) -> None:
        """Forget the norms: they are computed again when needed."""
        self._norms = None
        self._drop_copies()

    def scale_to_unit(self) -> None:
        """Divide each row by its norm in place; zeros stay zeros."""
        self._require_writeable()
        norms = self.norms()
        rows = self.rows
        for start in range(0, len(rows), ROWS_AT_ONCE):
            part = norms[start : start + ROWS_AT_ONCE]
            rows[start : start + ROWS_AT_ONCE] /= np.where(part > 0, part, 1)[:, np.newaxis]
        self.changed()

    def normed(self) -> FloatMatrix:
        """Return all rows divided by their norms, (rows, size), read-only, kept until a row changes."""
        norms = self.norms()
        if self._normed is None:
            normed = self.rows / np.where(norms > 0, norms, 1)[:, np.newaxis]
            normed.flags.writeable = False
            if self._gate is not None or self._row_gates:
                return normed
            self._normed = normed
        return self._normed

    def norms(self) -> Float32Array:
        """Return the Euclidean norm of each row as it is now, float32 (rows,). Do not change it."""
        if self._gate is not None or self._norms is None or len(self._norms) != self._count:
            self._refresh()
        if self._row_gates:
            self._refresh_rows()
        assert self._norms is not None
        return self._norms

    def worth_bytes(self, queries: int) -> bool:
        """Count queries of the rows as they are; tell whether a copy in bytes pays, or is there.

        Making it costs about as much as some queries without it, so the first few do without. It needs a
        quarter of the memory of the vectors, and is dropped when a vector changes.
        """
        self.norms()  # notices what has changed
        if self._gate is not None or self._row_gates or self.dtype != np.float32:
            return False
        if self._count < BYTES_FROM_ROWS or self._block.strides[1] != self._block.itemsize:
            return False
        self._queries += queries
        return self.in_bytes is not None or self._queries > QUERIES_WITHOUT_BYTES

    def _refresh(self) -> None:
        """Compute the norms that are missing; all of them if somebody could have written."""
        self._drop_copies()
        held = self._exposed()
        known = 0 if self._norms is None or self._gate is not None else min(len(self._norms), self._count)
        norms = np.empty(self._count, dtype=np.float32)
        if known:
            assert self._norms is not None
            norms[:known] = self._norms[:known]
        norms[known:] = row_norms(self.rows[known:])
        self._norms = norms
        if not held:
            self._gate = None

    def _refresh_rows(self) -> None:
        self._drop_copies()
        assert self._norms is not None
        dead = [row for row, gate in self._row_gates.items() if gate() is None]
        rows = np.fromiter((row for row in self._row_gates if row < self._count), dtype=np.int64)
        self._norms[rows] = row_norms(self.rows[rows])
        for row in dead:
            del self._row_gates[row]


def row_norms(rows: FloatMatrix) -> Float32Array:
    """Return the Euclidean norm of each row of (n, size), float32 (n,); 0 only for rows of zeros."""
    norms = np.empty(len(rows), dtype=np.float32)
    for start in range(0, len(rows), ROWS_AT_ONCE):
        block = rows[start : start + ROWS_AT_ONCE]
        block = block if block.dtype == np.float32 else block.astype(np.float64)
        with np.errstate(over="ignore", under="ignore"):
            part = np.sqrt(np.einsum("ij,ij->i", block, block))
        # Very small and very large rows once more: their squares leave the range of float32.
        odd = np.flatnonzero(~((part > SAFE_NORM[0]) & (part < SAFE_NORM[1])))
        if len(odd) and block.dtype == np.float32:
            exact = block[odd].astype(np.float64)
            part[odd] = np.sqrt(np.einsum("ij,ij->i", exact, exact))
        norms[start : start + ROWS_AT_ONCE] = part
    return norms
