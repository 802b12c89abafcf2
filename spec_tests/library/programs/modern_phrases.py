from gensim.models import Phrases, Word2Vec
from gensim.models.phrases import ENGLISH_CONNECTOR_WORDS

sentences = [["new", "york", "is", "big"], ["the", "mayor", "of", "new", "york"], ["a", "new", "day"]] * 10
bigrams = Phrases(sentences, min_count=1, threshold=0.1, connector_words=ENGLISH_CONNECTOR_WORDS)
assert bigrams[["new", "york"]] == ["new_york"]
frozen = bigrams.freeze()
model = Word2Vec(frozen[sentences], vector_size=10, min_count=1)
assert "new_york" in model.wv
assert "new_york" in bigrams.export_phrases()
