import os
import tempfile

import numpy as np
from gensim.models import Word2Vec

model = Word2Vec([["human", "interface", "computer"]] * 20, size=10, min_count=1, workers=1)
with tempfile.TemporaryDirectory() as folder:
    fname = os.path.join(folder, "model")
    model.save(fname)
    again = Word2Vec.load(fname)
    np.testing.assert_array_equal(again["human"], model["human"])
    again.train([["human", "computer"]] * 5)
    text = os.path.join(folder, "vectors.txt")
    model.save_word2vec_format(text)
    vectors = Word2Vec.load_word2vec_format(text, binary=False)
    np.testing.assert_array_equal(vectors["computer"], model["computer"])
    mapped = Word2Vec.load(fname, mmap="r")
    assert mapped.most_similar("human", topn=1)[0][0] in {"interface", "computer"}
