"""The reference in other dialects than its own: one strategy for each choice of an axis.

    arithmetic      dot products, sigmoid tables
    pairs           one pair: `train_sg_pair`, `train_cbow_pair`
    centers         one centre: its pairs and their negatives
    tables          Huffman tree, noise, thresholds
    initial         initial vectors
    counter, word2vec_c, gensim    the loops over a corpus
    support         which choices there are, and the loop and generator of each

The default dialect does not come by here: it is `w2vref.reference` itself.
"""
