from gensim.models import Word2Vec

sentences = [["a", "b", "c"], ["a", "b"], ["a", "c", "d"]] * 10
model = Word2Vec(min_count=10, size=8, iter=2, workers=1)
model.scan_vocab(sentences)
report = model.scale_vocab(min_count=10, dry_run=True)
assert report["retain_total"] == 80
model.scale_vocab()
model.finalize_vocab()
model.train(sentences, total_examples=model.corpus_count)
model.alpha = 0.01
for epoch in range(3):
    model.train(sentences)
    model.alpha -= 0.002
model.init_sims(replace=True)
assert abs(float((model["a"] ** 2).sum()) - 1) < 1e-5
