"""The hyper-parameters that a kernel reads, validated once."""

from __future__ import annotations

from dataclasses import dataclass

from w2vref.errors import UnsupportedOptionError

CBOW_GRADIENTS = ("word2vec", "exact", "gensim")
"""How the error reaches the context rows of CBOW; see docs/semantics/cbow.md."""
ALGORITHMS = ("sequential",)
DIALECTS = ("w2vref",)

SEED_MODULUS = 1 << 64


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """What, besides the tables and the learning rate, decides the bits of a training run.

    Raises ValueError, or UnsupportedOptionError for an unknown choice, naming the argument.
    """

    vector_size: int
    window: int = 5
    shrink_windows: bool = True
    sg: bool = False
    hs: bool = False
    negative: int = 5
    cbow_mean: bool = True
    cbow_gradient: str = "word2vec"
    seed: int = 1

    def __post_init__(self) -> None:
        if self.vector_size < 1:
            raise ValueError(f"size (vector_size) must be at least 1, got {self.vector_size}")
        if self.window < 1:
            raise ValueError(
                f"window must be at least 1, got {self.window}: "
                "with 0 no word would have a context and nothing could be trained"
            )
        if self.negative < 0:
            raise ValueError(f"negative must be 0 (off) or more, got {self.negative}")
        if not self.hs and self.negative == 0:
            raise ValueError("hs=0 and negative=0 leave nothing to train: set hs=1 or negative > 0")
        if self.cbow_gradient not in CBOW_GRADIENTS:
            raise UnsupportedOptionError(
                f"cbow_gradient={self.cbow_gradient!r} is unknown: choose one of {CBOW_GRADIENTS}"
            )
        object.__setattr__(self, "seed", self.seed % SEED_MODULUS)

    def divides_error(self) -> bool:
        """Tell whether CBOW's error is multiplied by 1/n before it goes to the n context rows.

        "word2vec" never divides; "exact" follows the true gradient (1/n for the mean); "gensim"
        divides for the sum only (Irsoy, Benton & Stratos 2021 discuss the three).
        """
        if self.cbow_gradient == "exact":
            return self.cbow_mean
        if self.cbow_gradient == "gensim":
            return not self.cbow_mean
        return False
