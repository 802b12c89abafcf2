"""Aliases that say what an integer or an array means."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

WordId: TypeAlias = int
"""A row of the vocabulary."""
Position: TypeAlias = int
"""An offset in a sentence or in the encoded corpus."""

Float32Array: TypeAlias = npt.NDArray[np.float32]
Float64Array: TypeAlias = npt.NDArray[np.float64]
Int32Array: TypeAlias = npt.NDArray[np.int32]
Int64Array: TypeAlias = npt.NDArray[np.int64]
UInt8Array: TypeAlias = npt.NDArray[np.uint8]
UInt32Array: TypeAlias = npt.NDArray[np.uint32]
UInt64Array: TypeAlias = npt.NDArray[np.uint64]
