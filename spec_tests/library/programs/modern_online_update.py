from gensim.models import Word2Vec

first = [["first", "sentence", "here"], ["second", "sentence"]] * 10
model = Word2Vec(vector_size=10, min_count=1, workers=1)
model.build_vocab(first)
model.train(first, total_examples=model.corpus_count, epochs=model.epochs)
more = [["a", "third", "sentence"]] * 10
model.build_vocab(more, update=True)
model.train(more, total_examples=model.corpus_count, epochs=model.epochs)
assert "third" in model.wv
assert "second" in model.wv
assert len(model.wv) == 6
