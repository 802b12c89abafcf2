from gensim.models import Word2Vec

sentences = [["king", "rules", "the", "land"], ["queen", "rules", "the", "land"], ["dogs", "chase", "cats"]] * 30
model = Word2Vec(sentences, size=20, window=3, min_count=1, workers=1, iter=10, sample=0)
print(model)
assert len(model.vocab) == 8
assert model["king"].shape == (20,)
assert len(model.most_similar("king", topn=3)) == 3
assert len(model.most_similar(positive=["king", "dogs"], negative=["queen"], topn=2)) == 2
assert -1.001 < model.similarity("king", "queen") < 1.001
assert model.doesnt_match(["king", "queen", "dogs"]) in {"king", "queen", "dogs"}
assert model.index2word[0] in model
assert model.syn0.shape == (8, 20)
assert model.vocab["the"].count == 60
