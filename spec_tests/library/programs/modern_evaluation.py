import os
import tempfile

from gensim.models import Word2Vec

sentences = [["king", "man"], ["queen", "woman"], ["prince", "boy"], ["princess", "girl"]] * 50
model = Word2Vec(sentences, vector_size=8, min_count=1, epochs=3, workers=1)
with tempfile.TemporaryDirectory() as folder:
    questions = os.path.join(folder, "questions.txt")
    with open(questions, "w", encoding="utf8") as out:
        out.write(": family\nking queen man woman\nprince princess boy girl\n")
    score, sections = model.wv.evaluate_word_analogies(questions)
    assert 0.0 <= score <= 1.0
    assert sections[-1]["section"] == "Total accuracy"
    pairs = os.path.join(folder, "pairs.tsv")
    with open(pairs, "w", encoding="utf8") as out:
        out.write("# scores\nking\tman\t9\nking\tgirl\t2\nqueen\twoman\t8\nboy\twoman\t1\n")
    pearson, spearman, oov = model.wv.evaluate_word_pairs(pairs)
    assert oov == 0
    assert -1 <= spearman[0] <= 1
