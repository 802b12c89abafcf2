import os
import tempfile

from gensim.models.word2vec import LineSentence, PathLineSentences, Word2Vec


class MySentences(object):
    def __init__(self, dirname):
        self.dirname = dirname

    def __iter__(self):
        for fname in os.listdir(self.dirname):
            for line in open(os.path.join(self.dirname, fname), encoding="utf8"):
                yield line.split()


with tempfile.TemporaryDirectory() as folder:
    for number in range(3):
        with open(os.path.join(folder, "part%d.txt" % number), "w", encoding="utf8") as out:
            out.write("the quick brown fox jumps over the lazy dog\n" * 20)
    model = Word2Vec(MySentences(folder), min_count=5, workers=2)
    assert model.corpus_count == 60
    model = Word2Vec(PathLineSentences(folder), min_count=5, workers=2)
    assert model.corpus_count == 60
    model = Word2Vec(LineSentence(os.path.join(folder, "part0.txt")), min_count=5)
    assert len(model.wv.vocab) == 8
