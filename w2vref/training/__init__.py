"""What `Word2Vec` is composed of: settings, vocabulary steps, weights, and the training loop."""
