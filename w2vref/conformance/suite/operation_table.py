"""The table of operations, and the features that a target may lack within them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. A type that ends with ? marks a field that may be left out."""

    name: str
    does: str
    inputs: Mapping[str, tuple[str, str]]
    """Field -> (type, meaning)."""
    outputs: Mapping[str, tuple[str, str]]

    @property
    def method(self) -> str:
        """Return the name of the adapter's method."""
        return self.name.replace(".", "_")


OPERATIONS: dict[str, Operation] = {}

FEATURES = {
    "sg": "skip-gram",
    "cbow": "CBOW",
    "hs": "hierarchical softmax",
    "negative": "negative sampling",
    "hs-and-negative": "both objectives in one step",
    "cbow-mean": "CBOW with the mean of the context",
    "cbow-sum": "CBOW with the sum of the context",
    "cbow_gradient=word2vec": "the error goes whole to each context row",
    "cbow_gradient=exact": "the error goes to the context rows as the true gradient",
    "cbow_gradient=gensim": "whole for the mean, times 1/n for the sum",
    "locks": "factors that scale the change of each input row",
    "learn-flags": "learn_vectors and learn_hidden",
    "loss": "the loss of a step",
    "ns_exponent": "an exponent of the noise distribution other than the usual",
    "sample": "subsampling with another threshold than the usual",
    "seed": "a seed",
    "epochs": "more than one epoch",
    "workers": "more than one worker",
    "trained_words": "a count of the tokens that were trained",
    "save": "saving a model and training it further",
    "binary": "the binary format of vectors",
    "text": "the text format of vectors",
    "cosmul": "analogies by 3CosMul",
    "case_insensitive": "folding of upper case in evaluation",
}
"""What a target may lack while it has the operation: feature -> meaning."""

MATRICES_IN = {
    "input_vectors": ("matrix", "float32, a row for each word (syn0)"),
    "output_vectors": ("matrix?", "float32, for negative sampling (syn1neg)"),
    "node_vectors": ("matrix?", "float32, for hierarchical softmax (syn1)"),
}
MATRICES_OUT = {
    "input_vectors": ("matrix", "after training"),
    "output_vectors": ("matrix?", "if given"),
    "node_vectors": ("matrix?", "if given"),
}
PAIR_IN = {
    "target_id": ("int", "the predicted word"),
    "negative_ids": (
        "ints?",
        "noise words in the order in which they are applied; absent: no negative sampling",
    ),
    "code": ("ints?", "the target's Huffman code from the root; absent: no hierarchical softmax"),
    "point": ("ints?", "the rows of node_vectors on that path"),
    "alpha": ("float", "learning rate"),
    "locks": ("floats?", "by word id, a factor for the change of each row of input_vectors; absent: 1"),
    "learn_vectors": ("bool?", "false: input rows do not change; absent: true"),
    "learn_hidden": ("bool?", "false: output and node rows do not change; absent: true"),
}
CBOW_IN = {
    "cbow_mean": ("bool?", "mean (true; absent too) or sum of the context's rows; for CBOW"),
    "cbow_gradient": (
        "str?",
        "word2vec, exact or gensim; absent: that of the target's dialect (w2vref: word2vec)",
    ),
}
STEPS_IN = {
    **MATRICES_IN,
    "sg": ("bool", "skip-gram (true) or CBOW"),
    **CBOW_IN,
    "kept": ("ints?", "0 or 1 for each token: whether subsampling keeps it; absent: all kept"),
    "radii": ("ints", "the reduced window of each token; one element stands for all"),
    "negatives": ("ints2?", "a list for each step, in the order of the steps; absent: no negative sampling"),
    "codes": ("ints2?", "Huffman code of each word; absent: no hierarchical softmax"),
    "points": ("ints2?", "path of each word"),
}
SPACE_IN = {
    "words": ("strs", "the vocabulary"),
    "vectors": ("matrix", "float32, a row for each word"),
}


def _operation(
    name: str, does: str, inputs: Mapping[str, tuple[str, str]], outputs: Mapping[str, tuple[str, str]]
) -> None:
    OPERATIONS[name] = Operation(name, does, inputs, outputs)


_operation(
    "vocabulary.build",
    "Count the words of a corpus and give them ids.",
    {"sentences": ("strs2", "the corpus"), "min_count": ("int", "words that are rarer are left out")},
    {"words": ("strs", "in id order"), "counts": ("ints", "of each")},
)
_operation(
    "vocabulary.order",
    "Give ids to words that have been counted already.",
    {
        "words": ("strs", "in order of first appearance"),
        "counts": ("ints", "of each, up to 2^62"),
        "min_count": ("int", "words that are rarer are left out"),
    },
    {"words": ("strs", "in id order"), "counts": ("ints", "of each")},
)
_operation(
    "vocabulary.update",
    "Add a second corpus to a vocabulary that is in use.",
    {
        "words": ("strs", "the vocabulary in id order"),
        "counts": ("ints", "of each"),
        "sentences": ("strs2", "the second corpus"),
        "min_count": ("int", "of new words in the second corpus"),
        "sample": ("float", "subsampling threshold"),
    },
    {
        "words": ("strs", "in id order"),
        "counts": ("ints", "of each"),
        "probability": ("floats", "with which a token of each word is kept"),
    },
)
_operation(
    "huffman.build",
    "Build the Huffman tree of the counts.",
    {"counts": ("ints", "of each word, in id order")},
    {
        "codes": ("ints2", "0 or 1 for each decision from the root, word by word"),
        "points": ("ints2", "the inner node (row of node_vectors) of each decision"),
    },
)
_operation(
    "huffman.update",
    "Add words to a tree whose node vectors have been trained.",
    {
        "counts": ("ints", "of the words that the tree was built for"),
        "new_counts": ("ints", "of the words that come after them"),
    },
    {
        "codes": ("ints2", "of all words, the old ones first"),
        "points": ("ints2", "of all words"),
    },
)
_operation(
    "tables.keep_probability",
    "Give the probability with which subsampling keeps a token of each word.",
    {"counts": ("ints", "of each word"), "sample": ("float", "the threshold; 0 is off")},
    {"probability": ("floats", "0 to 1")},
)
_operation(
    "tables.noise",
    "Give the probability of each word in the noise distribution, as the table that is drawn from has it.",
    {"counts": ("ints", "of each word"), "exponent": ("float", "of the counts")},
    {"probability": ("floats", "they sum to 1")},
)
_operation(
    "tables.cum_table",
    "Give the cumulative noise table of w2vref and gensim, which ends on 2^31 - 1.",
    {"counts": ("ints", "of each word"), "exponent": ("float", "of the counts")},
    {"cum_table": ("ints", "running sums")},
)
_operation(
    "sigmoid",
    "Evaluate the sigmoid that training uses.",
    {"x": ("floats", "float32")},
    {"y": ("floats", "")},
)
_operation(
    "schedule.alpha",
    "Give the learning rate with which tokens would be trained as centres.",
    {
        "sentence_lengths": ("ints", "in-vocabulary tokens of each sentence; nothing is subsampled"),
        "epochs": ("int", "of the call"),
        "alpha": ("float", "at the start"),
        "min_alpha": ("float", "at the end"),
        "tokens": ("ints", "which tokens, counted from 0 over all epochs"),
    },
    {"alpha": ("floats", "of each of these tokens")},
)
_operation(
    "draws.sentence",
    "Give what w2vref's generator draws for a sentence.",
    {
        "seed": ("int", ""),
        "epoch": ("int", ""),
        "sentence": ("int", "its number"),
        "tokens": ("ints", "word ids"),
        "counts": ("ints", "of the vocabulary"),
        "sample": ("float", "0 is off"),
        "exponent": ("float", "of the noise"),
        "window": ("int", ""),
        "negative": ("int", "for each step"),
        "sg": ("bool", "skip-gram: a step for each context word; CBOW: one for each centre"),
    },
    {
        "kept": ("ints", "0 or 1 for each token"),
        "radii": ("ints", "of each token; 0 if it is not kept"),
        "negatives": ("ints2", "a list for each step"),
    },
)
_operation(
    "initialize",
    "Give the vectors with which training starts.",
    {"words": ("strs", "the vocabulary"), "size": ("int", "components"), "seed": ("int", "")},
    {"vectors": ("matrix", "float32")},
)
_operation(
    "pairs.stream",
    "List the training steps of one sentence, given its draws.",
    {
        "vocabulary": ("strs", "in id order"),
        "sentence": ("strs", "words, some perhaps out of vocabulary"),
        "kept": ("ints", "0 or 1 for each token that is in the vocabulary"),
        "radii": ("ints", "the reduced window of each of these tokens"),
        "sg": ("bool", "skip-gram (true) or CBOW"),
    },
    {"steps": ("ints2", "for each step the target's id, then the ids of its input words")},
)
_operation(
    "update.sg",
    "Take one skip-gram step.",
    {**MATRICES_IN, "input_id": ("int", "the word whose row is the projection"), **PAIR_IN},
    {**MATRICES_OUT, "loss": ("float?", "nats, before the step; asked for by cases that need `loss`")},
)
_operation(
    "update.cbow",
    "Take one CBOW step.",
    {**MATRICES_IN, "context_ids": ("ints", "left to right"), **CBOW_IN, **PAIR_IN},
    {**MATRICES_OUT, "loss": ("float?", "as for update.sg")},
)
_operation(
    "sentence.train",
    "Train one sentence with given draws and one learning rate.",
    {"tokens": ("ints", "word ids"), **STEPS_IN, "alpha": ("float", "learning rate")},
    MATRICES_OUT,
)
_operation(
    "epoch.train",
    "Train sentences for some epochs with given draws and the target's own schedule.",
    {
        "sentences": ("ints2", "word ids"),
        **STEPS_IN,
        "epochs": ("int", "kept, radii and negatives run over all of them"),
        "alpha": ("float", "at the start"),
        "min_alpha": ("float", "at the end"),
    },
    MATRICES_OUT,
)
_operation(
    "epoch.train_text",
    "Train on a text as the whole program does: a sentence is a line, words are split at white space.",
    {
        "text": ("str", "lines, each ended by a newline unless the last lacks it"),
        "options": (
            "options",
            "size, window, sg, hs, negative, cbow_mean, sample, ns_exponent, min_count, "
            "epochs, alpha, min_alpha, seed, workers; save_after: save the model after so many "
            "epochs, load it, train the rest. What is absent is the program's own choice",
        ),
    },
    {
        "words": ("strs", "the vocabulary, in the order of the rows"),
        "vectors": ("matrix", "the input vectors"),
        "trained_words": ("int?", "centre tokens trained in all epochs, for those that count them"),
    },
)
_operation(
    "epoch.failing_reader",
    "Train on a corpus whose reader raises an error; the right answer is an error, soon.",
    {
        "sentences": ("strs2", "the corpus"),
        "fail_after": ("int", "sentences that are read before the error"),
        "workers": ("int", ""),
    },
    {"finished": ("bool", "training ended as if nothing had happened")},
)
_operation(
    "format.read",
    "Read a file of vectors; a damaged one gives an error.",
    {"data": ("bytes", "the file"), "binary": ("bool", "binary or text")},
    {"words": ("strs", ""), "vectors": ("matrix", "float32")},
)
_operation(
    "format.write",
    "Write a file of vectors.",
    {**SPACE_IN, "binary": ("bool", "binary or text")},
    {"data": ("bytes", "the file")},
)
_operation(
    "query.similarity",
    "Give the cosine of two words.",
    {**SPACE_IN, "first": ("str", ""), "second": ("str", "")},
    {"score": ("float", "")},
)
_operation(
    "query.most_similar",
    "Rank words by cosine with the mean of weighted unit vectors, or by 3CosMul.",
    {
        **SPACE_IN,
        "positive": ("strs", "words that count for"),
        "negative": ("strs", "words that count against"),
        "topn": ("int", "how many at most"),
        "method": ("str", "cosine or cosmul"),
    },
    {"words": ("strs", "best first"), "scores": ("floats", "of each")},
)
_operation(
    "query.doesnt_match",
    "Find the word that is farthest from the mean of the unit vectors.",
    {**SPACE_IN, "among": ("strs", "words")},
    {"word": ("str", "")},
)
_operation(
    "evaluate.word_pairs",
    "Correlate cosines with the judgements of a file: word, tab, word, tab, number.",
    {**SPACE_IN, "text": ("str", "the file"), "case_insensitive": ("bool", "")},
    {
        "pearson": ("float", ""),
        "spearman": ("float", ""),
        "oov": ("float", "per cent of the pairs with a word out of vocabulary"),
    },
)
_operation(
    "evaluate.analogies",
    "Answer analogy questions a : b = c : d, in sections that begin with `: name`.",
    {**SPACE_IN, "text": ("str", "the file"), "case_insensitive": ("bool", "")},
    {
        "sections": ("strs", "names"),
        "correct": ("ints", "of each section"),
        "incorrect": ("ints", "of each section; questions with a word out of vocabulary are in neither"),
    },
)
_operation(
    "generator.windows",
    "Draw reduced windows as training draws them for successive centres of long sentences.",
    {
        "window": ("int", "1 to this"),
        "negative": ("int", "noise words drawn for each step in between"),
        "count": ("int", "centres"),
        "seed": ("int", ""),
    },
    {"radii": ("ints", "in the order of the centres")},
)
_operation(
    "generator.noise",
    "Draw noise words as training draws them.",
    {
        "counts": ("ints", "of each word"),
        "exponent": ("float", "of the counts"),
        "count": ("int", "draws"),
        "seed": ("int", ""),
    },
    {"ids": ("ints", "in the order of the draws, before any is skipped for being the target")},
)
_operation(
    "generator.keep",
    "Subsample a text, as training does.",
    {
        "counts": ("ints", "of each word"),
        "sample": ("float", ""),
        "tokens": ("ints", "word ids, one long sentence"),
        "seed": ("int", ""),
    },
    {"kept": ("ints", "0 or 1 for each token")},
)
