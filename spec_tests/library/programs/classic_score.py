from gensim.models import Word2Vec

happy = [["what", "a", "good", "day"], ["good", "good", "meal"]] * 20
sad = [["what", "a", "bad", "day"], ["bad", "bad", "meal"]] * 20
base = Word2Vec(happy + sad, size=16, min_count=1, hs=1, negative=0, iter=3, workers=1, sample=0)
models = []
for corpus in (happy, sad):
    model = Word2Vec(size=16, min_count=1, hs=1, negative=0, iter=20, workers=1, sample=0)
    model.reset_from(base)
    model.train(corpus, total_examples=len(corpus))
    models.append(model)
scores = [model.score([["good", "day"], ["bad", "day"]], 2) for model in models]
assert scores[0][0] > scores[1][0]
assert scores[0][1] < scores[1][1]
