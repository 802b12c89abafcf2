"""word2vec: a readable reference, and accelerated backends that agree with it to the bit."""
