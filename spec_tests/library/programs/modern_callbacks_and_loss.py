from gensim.models import Word2Vec
from gensim.models.callbacks import CallbackAny2Vec


class EpochLogger(CallbackAny2Vec):
    def __init__(self):
        self.epoch = 0
        self.losses = []

    def on_epoch_end(self, model):
        self.losses.append(model.get_latest_training_loss())
        self.epoch += 1


logger = EpochLogger()
sentences = [["some", "words", "in", "a", "row"]] * 50
model = Word2Vec(sentences, vector_size=10, min_count=1, sample=0, compute_loss=True, callbacks=[logger], epochs=4)
assert logger.epoch == 4
assert logger.losses == sorted(logger.losses)
assert logger.losses[0] > 0
