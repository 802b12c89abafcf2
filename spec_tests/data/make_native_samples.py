"""Writes the sample files of the native format: `python spec_tests/data/make_native_samples.py`.

They show that files of version 1 stay readable. Run it only for a new version, under new names: the files of
past versions never change. A test writes them again and compares.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from w2vref.keyedvectors import KeyedVectors
from w2vref.model import Word2Vec

HERE = Path(__file__).parent


def write_samples(folder: Path) -> list[Path]:
    """Write the samples into a folder and return their paths."""
    kv = KeyedVectors(3, count=4)
    kv.add_vectors(
        ["a", "b\xa0c", 7],
        np.array([[0.1, -0.0, 1e-45], [1, 2, 3], [-1.5, 0, 3.4028235e38]], np.float32),
        extras={"count": [5, 3, 1], "part": np.array(["noun", "verb", ""], dtype=object)},
    )
    kv.vectors_lockf = [1, 0.5, 0, 1]
    vectors = folder / "native_v1_vectors.safetensors"
    kv.save(vectors)

    sentences = [[f"w{(i * j) % 7}" for j in range(1, 6)] for i in range(1, 9)]
    settings = {"size": 4, "min_count": 1, "iter": 2, "sg": 1, "hs": 1, "null_word": 1, "workers": 1}
    model = Word2Vec(sentences, backend="numpy", comment="v1", **settings)
    # What depends on the clock.
    model.total_train_time = 0.25
    model.lifecycle_events = [{"event": "created", "datetime": "2026-11-22T12:00:00", "backend": "numpy"}]
    trained = folder / "native_v1_model.safetensors"
    model.save(trained)
    return [vectors, trained]


if __name__ == "__main__":
    for written in write_samples(HERE):
        print(written)
