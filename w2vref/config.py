"""The hyper-parameters that a kernel reads, validated once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from numbers import Integral

from w2vref.dialects import W2VREF, Dialect
from w2vref.errors import UnsupportedOptionError

CBOW_GRADIENTS = ("word2vec", "exact", "gensim")
"""How the error reaches the context rows of CBOW; see docs/semantics/cbow.md."""
ALGORITHMS = ("sequential", "block")

SEED_MODULUS = 1 << 64
MOST_BLOCK_WORDS = 1 << 24
MOST_TILE = 64
MOST_DRAWS = 128


@dataclass(frozen=True, slots=True)
class BlockRule:
    """The constants of block training: part of its definition, see docs/semantics/block.md.

    Raises ValueError for a value out of range, TypeError for a count that is no whole number, naming it.
    """

    words: int | None = None
    """In-vocabulary tokens that a block has at least; None: as many as `words_for` says, 512 .. 4096.

    Longer blocks keep more workers busy, and cost quality where a text repeats itself (docs/quality.md)."""
    tile: int = 24
    """Positions that share noise words."""
    draws: int = 0
    """Noise words of a tile, a multiple of 4; 0: as many as `draws_for` says, 12 by default."""
    cap: float = 0.5
    """An output row's step is at most 1 / cap times the mean of its gradients."""
    input_cap: float | None = None
    """The same of input rows; None: that of `cap`. A small one lets short blocks diverge."""

    def __post_init__(self) -> None:
        for name in ("words", "tile", "draws"):
            value = getattr(self, name)
            if not (isinstance(value, Integral) or (name == "words" and value is None)):
                raise TypeError(f"block {name} must be a whole number, got {value!r}")
        if self.words is not None and not 1 <= self.words <= MOST_BLOCK_WORDS:
            raise ValueError(f"block words must be in 1 .. {MOST_BLOCK_WORDS}, got {self.words}")
        if not 1 <= self.tile <= MOST_TILE:
            raise ValueError(f"block tile must be in 1 .. {MOST_TILE}, got {self.tile}")
        if self.draws % 4 or not 0 <= self.draws <= MOST_DRAWS:
            raise ValueError(
                f"block draws must be 0 (by the rule) or a multiple of 4 up to {MOST_DRAWS}, got {self.draws}"
            )
        for name in ("cap", "input_cap"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ValueError(f"block {name} must be positive, got {value}")

    def words_for(self, epoch_words: int, negative: int, sg: bool) -> int:
        """Return B: the words asked for, or a 1000th of an epoch's in-vocabulary tokens, 4096 at most.

        Fewer with more than five negatives, in proportion, and half of it for CBOW, where long blocks cost
        quality (docs/quality.md), but 512 at least.
        """
        if self.words is not None:
            return self.words
        words = min(4096, epoch_words // 1000) * 5 // max(5, negative)
        return max(512, words if sg else words // 2)

    def draws_for(self, negative: int, window: int) -> int:
        """Return the noise words of a tile: those asked for, or 12, and more where a position has more steps.

        min(128, 4 * ceil((4 * max(5, negative) - 5) * max(5, window) / 25)): 28 with negative = 10, 60 with
        20, twice as many with window = 10 as with 5. Fewer cost quality (docs/quality.md).

        Args:
            window: of skip-gram; 1 for CBOW, whose positions are one step each.
        """
        return self.draws or min(MOST_DRAWS, 4 * -((5 - 4 * max(5, negative)) * max(5, window) // 25))

    def cap_of_inputs(self) -> float:
        """Return the cap of input rows: the one asked for, or `cap`."""
        return self.cap if self.input_cap is None else self.input_cap


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
    algorithm: str = "sequential"
    block: BlockRule = BlockRule()
    dialect: Dialect = W2VREF
    """Its `cbow_gradient` is not looked at: the field above has the choice that is used."""
    batch_words: int = 10_000
    """Most raw words in a job of the dialect gensim; no other dialect has jobs."""

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
        if self.batch_words < 1:
            raise ValueError(f"batch_words must be at least 1, got {self.batch_words}")
        if self.cbow_gradient not in CBOW_GRADIENTS:
            raise UnsupportedOptionError(
                f"cbow_gradient={self.cbow_gradient!r} is unknown: choose one of {CBOW_GRADIENTS}"
            )
        if self.algorithm not in ALGORITHMS:
            raise UnsupportedOptionError(
                f"algorithm={self.algorithm!r} is not available: choose one of {ALGORITHMS}"
            )
        if self.algorithm == "block" and (self.hs or not self.negative):
            raise UnsupportedOptionError(
                "algorithm='block' is defined for negative sampling alone: set hs=0 and negative > 0, or use "
                "algorithm='sequential'"
            )
        if self.algorithm == "block" and self.dialect != W2VREF:
            raise UnsupportedOptionError(
                f"algorithm='block' is defined in the dialect 'w2vref' alone, not in {self.dialect.name!r}: "
                "use algorithm='sequential'"
            )
        # From here on the number of draws is known: what trains need not ask for the rule.
        draws = self.block.draws_for(self.negative, self.window if self.sg else 1)
        resolved = replace(self.block, draws=draws)
        object.__setattr__(self, "block", resolved)
        object.__setattr__(self, "seed", self.seed % SEED_MODULUS)

    def block_words(self, epoch_words: int) -> int:
        """Return how many tokens a block has at least where an epoch has so many in the vocabulary."""
        return self.block.words_for(epoch_words, self.negative, self.sg)

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
