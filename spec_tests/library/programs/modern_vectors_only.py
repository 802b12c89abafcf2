import os
import tempfile

import numpy as np
from gensim.models import KeyedVectors, Word2Vec

model = Word2Vec([["alpha", "beta", "gamma"]] * 20, vector_size=5, min_count=1)
word_vectors = model.wv
del model
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "vectors.kv")
    word_vectors.save(path)
    loaded = KeyedVectors.load(path, mmap="r")
    np.testing.assert_array_equal(loaded["beta"], word_vectors["beta"])
    binary = os.path.join(folder, "vectors.bin")
    word_vectors.save_word2vec_format(binary, binary=True)
    again = KeyedVectors.load_word2vec_format(binary, binary=True, limit=2)
    assert len(again) == 2
    del loaded
vectors = KeyedVectors(vector_size=3)
vectors.add_vectors(["x", "y"], np.eye(3, dtype=np.float32)[:2])
vectors["z"] = np.array([0.9, 0.1, 0.0], dtype=np.float32)
assert vectors.most_similar("x", topn=1)[0][0] == "z"
assert vectors.most_similar(positive=[vectors["x"]], topn=1)[0][0] == "x"
