from gensim.models import Word2Vec

sentences = [["cat", "say", "meow"], ["dog", "say", "woof"]] * 20
model = Word2Vec(sentences=sentences, vector_size=20, window=5, min_count=1, workers=4, epochs=10)
vector = model.wv["cat"]
assert vector.shape == (20,)
sims = model.wv.most_similar("cat", topn=2)
assert len(sims) == 2
assert model.wv.key_to_index["say"] == 0
assert model.wv.index_to_key[0] == "say"
assert model.wv.get_vecattr("say", "count") == 40
assert model.wv.similar_by_word("dog", topn=1)
assert 0 <= model.wv.distance("cat", "dog") <= 2
assert model.wv.rank("cat", "dog") >= 1
effective, raw = model.train(sentences, total_examples=len(sentences), epochs=2)
assert raw == 240
