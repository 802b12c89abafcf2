import os
import tempfile

from gensim.models import Word2Vec
from gensim.models.word2vec import LineSentence
from gensim.utils import save_as_line_sentence

corpus = [["one", "two", "three"], ["two", "three", "four"]] * 30
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "corpus.txt")
    save_as_line_sentence(corpus, path)
    assert list(LineSentence(path)) == corpus
    model = Word2Vec(corpus_file=path, vector_size=6, min_count=1, sg=1, hs=1, negative=0, workers=2)
    assert model.corpus_total_words == 180
    model = Word2Vec(vector_size=6, min_count=1)
    model.build_vocab(corpus_file=path)
    model.train(corpus_file=path, total_words=model.corpus_total_words, epochs=2)
    assert model.predict_output_word(["one", "three"], topn=1)
