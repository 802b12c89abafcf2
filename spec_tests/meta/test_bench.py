"""The measures of bench/quality.py and the text of bench/corpora.py, on examples done by hand."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

BENCH = Path(__file__).parents[2] / "bench"


def load(name: str) -> ModuleType:
    # By its file: with the source tree on sys.path the tests would not see the installed package.
    spec = importlib.util.spec_from_file_location(f"bench_{name}", BENCH / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


heldout, corpora, similarity, plan = map(load, ("heldout", "corpora", "similarity", "quality_plan"))

WORDS = ("a", "b", "c", "d")
INDEX = {word: row for row, word in enumerate(WORDS)}
COUNTS = np.array([40, 30, 20, 10])


def test_two_parts_of_a_text_are_held_out():
    lines = [f"w{i} x" for i in range(1000)]
    trained, held_out, later = heldout.split(lines)
    assert later == lines[985:]  # 1.5 %
    assert held_out == lines[33:985:67]  # about as many, all over the rest
    assert sorted(trained + held_out + later) == sorted(lines)
    assert trained == [line for line in lines[:985] if line not in held_out]


def test_a_text_cut_short_has_its_own_held_out_lines_and_the_same_end():
    lines = [f"w{i} x" for i in range(1000)]
    trained, held_out, later = heldout.split(lines, tokens=399)
    assert later == lines[985:]
    assert held_out == [lines[33], lines[100], lines[167]]
    assert trained + held_out != lines[:200]
    assert sorted(trained + held_out) == sorted(lines[:200])


def test_no_more_is_held_out_than_is_needed(monkeypatch):
    monkeypatch.setattr(heldout, "MOST_HELD_OUT_WORDS", 8)
    lines = [f"w{i} x" for i in range(1000)]
    trained, held_out, later = heldout.split(lines)
    assert later == lines[996:]
    assert held_out == lines[249 // 2 :: 249][:4]
    assert len(trained) == 1000 - 8


def examples(sentences, *, sg=True, **changes):
    options = dict(window=2, negative=3, sample=0.0, most=4000, seed=7) | changes
    return heldout.draw_examples(sentences, INDEX, COUNTS, sg=sg, **options)


def test_a_model_of_zeros_loses_log_two_for_the_target_and_each_noise_word():
    zeros = np.zeros((4, 5), dtype=np.float32)
    for sg in (True, False):
        loss = heldout.heldout_loss(examples([["a", "b", "c"]], sg=sg), zeros, zeros)
        assert loss == pytest.approx(4 * np.log(2), rel=1e-12)


def test_loss_by_hand():
    vectors = np.array([[1, 0], [0, 1], [1, 1]], dtype=np.float32)
    outputs = np.array([[2, 0], [0, 3], [-1, 1]], dtype=np.float32)
    one = heldout.Examples(np.array([[0, -1], [0, 1]]), np.array([0, 1]), np.array([[2], [2]]))
    # v = in[0] = (1, 0): u.v = 2, noise -1;  v = mean of (1, 0) and (0, 1): u.v = 1.5, noise 0.
    expected = (np.log1p(np.exp(-2)) + np.log1p(np.exp(-1)) + np.log1p(np.exp(-1.5)) + np.log(2)) / 2
    assert heldout.heldout_loss(one, vectors, outputs) == pytest.approx(expected, rel=1e-12)


def test_loss_does_not_depend_on_the_order_of_a_vocabulary():
    rng = np.random.default_rng(3)
    inputs, outputs = rng.normal(size=(2, 4, 6)).astype(np.float32)
    drawn = examples([list("abcdabcd")])
    rows = np.array([2, 0, 3, 1])  # where the other model keeps each word
    there = np.argsort(rows)
    expected = heldout.heldout_loss(drawn, inputs, outputs)
    assert heldout.heldout_loss(drawn, inputs[there], outputs[there], rows) == pytest.approx(
        expected, rel=1e-12
    )


def test_pairs_are_within_a_sentence_in_both_directions_and_as_often_as_a_reduced_window_holds_them():
    drawn = examples([["a", "b", "c"], ["d", "d"], ["unknown"]], most=40_000)
    pairs = list(zip(drawn.inputs[:, 0].tolist(), drawn.targets.tolist(), strict=True))
    # weights: ab, bc, dd at distance 1: 2 each; ac at distance 2: 1
    for pair, share in {(0, 1): 1 / 7, (1, 0): 1 / 7, (0, 2): 1 / 14, (2, 0): 1 / 14, (3, 3): 2 / 7}.items():
        assert pairs.count(pair) / len(pairs) == pytest.approx(share, abs=0.01)
    assert not any(3 in pair and pair != (3, 3) for pair in pairs)


def test_windows_of_cbow_are_symmetric_reduced_and_within_a_sentence():
    drawn = examples([["a", "b", "c", "d"], ["d"]], sg=False, most=8000)
    seen = {
        (int(target), tuple(int(word) for word in context if word >= 0))
        for context, target in zip(drawn.inputs, drawn.targets, strict=True)
    }
    assert seen == {
        *((0, (1,)), (1, (0, 2)), (2, (1, 3)), (3, (2,))),  # radius 1
        *((0, (1, 2)), (1, (0, 2, 3)), (2, (0, 1, 3)), (3, (1, 2))),  # radius 2
    }


def test_noise_is_drawn_in_proportion_to_count_to_three_quarters():
    drawn = examples([["a", "b"]], most=20_000)
    weights = COUNTS**0.75
    shares = np.bincount(drawn.noise.ravel(), minlength=4) / drawn.noise.size
    np.testing.assert_allclose(shares, weights / weights.sum(), atol=0.01)


def test_keep_probabilities_are_those_of_word2vec():
    kept = heldout.keep_probabilities(COUNTS, 0.1)  # threshold 10 occurrences
    np.testing.assert_allclose(kept, [(4**0.5 + 1) / 4, (3**0.5 + 1) / 3, 1, 1])
    assert (heldout.keep_probabilities(COUNTS, 0) == 1).all()


@pytest.mark.parametrize("sentences", [[], [["a"], ["b"]], [["x", "y"]]])
def test_a_text_without_examples_is_refused(sentences):
    with pytest.raises(ValueError, match="hold out more of it"):
        examples(sentences)


def test_spearman_shares_ranks_of_equal_values():
    assert similarity.spearman(np.array([1, 2, 3, 4]), np.array([10, 20, 30, 40])) == pytest.approx(1)
    # ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4
    assert similarity.spearman(np.array([1, 2, 2, 4]), np.array([1, 2, 3, 4])) == pytest.approx(0.9486833)


def test_correlation_counts_the_pairs_that_are_known():
    vectors = np.array([[1, 0], [1, 0.1], [0, 1]], dtype=np.float32)
    judged = [("a", "b", 9.0), ("a", "c", 1.0), ("b", "c", 2.0), ("a", "zebra", 5.0)]
    assert similarity.correlation(judged, INDEX, vectors) == (pytest.approx(1.0), 3)


def test_sentences_are_lower_case_words_without_digits_and_punctuation():
    text = (
        "Don\u2019t call open(2) twice. It fails, often!\nZu kurz\nDie Gr\u00f6\u00dfe: siehe unten im Text"
    )
    assert list(corpora.sentences(text)) == [
        "don't call open twice",
        "it fails often",
        "siehe unten im text",
    ]


def test_html_keeps_paragraphs_and_inline_code_and_drops_blocks_of_code():
    pytest.importorskip("lxml")
    page = b"""<html><head><title>no</title></head><body><p>Call <code>open</code> once,
    or <b>never</b> at all.</p>tail<pre>int main(void)</pre><ul><li>one item here<li>two items here</ul>
    <script>var x = 1</script></body></html>"""
    lines = [line for line in corpora.html_text(page).splitlines() if line]
    assert lines == ["Call open once, or never at all.", "tail", "one item here", "two items here"]
    assert corpora.html_text(b"") == ""


def test_man_pages_lose_macros_and_escapes_and_examples():
    page = [
        *(".TH OPEN 2", ".SH NAME", r"open \- open a file", ".PP", "The call", ".BR open (2)"),
        *(r"\fIreturns\fP a number.", ".nf", "int x;", ".fi", "End of it."),
    ]
    lines = corpora.man_text("\n".join(page)).splitlines()
    assert lines == ["open - open a file", "The call open(2) returns a number. End of it."]


@pytest.mark.parametrize(
    ("name", "german", "english"),
    [
        ("./usr/share/man/de/man1/ls.1.gz", True, False),
        ("./usr/share/man/man1/ls.1.gz", False, True),
        ("./usr/share/doc/debian-handbook/html/de-DE/preface.html", True, False),
        ("./usr/share/doc/debian-handbook/html/en-US/preface.html", False, True),
        ("./usr/share/doc/debian-handbook/html/ar-MA/preface.html", False, False),
        ("./usr/share/help/C/gnome-help/a11y.page", False, True),
        ("./usr/share/help/as/gnome-help/a11y.page", False, False),
        ("./usr/share/libreoffice/help/de/text/x.html", True, False),
        ("./usr/share/debian-reference/apa.de.html", True, True),  # of a package of German pages alone
    ],
)
def test_languages_are_known_by_the_path(name, german, english):
    assert (corpora.is_german(name), corpora.is_english(name)) == (german, english)


def test_interleaved_texts_keep_every_line_and_its_order():
    one, two = [f"a{i}" for i in range(7)], [f"b{i}" for i in range(3)]
    mixed = list(corpora.interleaved([one, two], slices=4))
    assert [line for line in mixed if line[0] == "a"] == one
    assert [line for line in mixed if line[0] == "b"] == two
    assert mixed[:5] == ["a0", "a1", "a2", "b0", "a3"]


def test_no_experiment_asks_for_a_run_twice_and_block_constants_tell_block_runs_apart_alone():
    for name, runs in plan.experiments().items():
        others = [run.key() for run in runs if run.implementation != "block"]
        assert not any("draws" in key or "by_text" in key for key in others), name
        keys = {run.key() for run in runs if run.implementation == "block"}
        assert all(('"cap"' in key) != ('"by_text"' in key) for key in keys)
        assert keys or name == "racing", name


def test_block_runs_that_name_no_cap_of_input_rows_are_those_of_the_older_figures():
    older, other = plan.Run("block"), plan.Run("block", input_cap=0.1)
    assert "input_cap" not in older.settings()
    assert other.settings() == older.settings() | {"input_cap": 0.1}
    assert "input_cap" not in plan.Run("sequential", input_cap=0.1).settings()
