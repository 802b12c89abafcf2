"""The command line: what it writes, what it prints, and how it fails."""

from __future__ import annotations

import inspect
import io
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from w2vref import KeyedVectors, Word2Vec
from w2vref.cli import demo, main, saving, text
from w2vref.io.word2vec_format import read_word2vec, write_word2vec

OPTIONS = ["--size", "8", "--min-count", "2", "--workers", "1", "--backend", "numpy", "--epochs", "2"]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.txt"
    path.write_text("the cat sat on the mat\nthe dog sat on the log\n\n" * 10, encoding="utf-8")
    return path


def trained(corpus: Path) -> Word2Vec:
    return Word2Vec(corpus_file=corpus, size=8, min_count=2, workers=1, backend="numpy", epochs=2)


@pytest.mark.parametrize(
    ("name", "options"), [("v.txt", []), ("v.bin", ["--binary"]), ("v.txt.gz", []), ("v", [])]
)
def test_train_writes_what_the_library_trains(
    corpus: Path, tmp_path: Path, name: str, options: list[str]
) -> None:
    output = tmp_path / name
    assert main(["train", str(corpus), "-o", str(output), *OPTIONS, *options]) == 0
    written = read_word2vec(str(output), binary="--binary" in options)
    model = trained(corpus)
    assert written.words == model.wv.index_to_key
    assert np.array_equal(written.vectors, model.wv.vectors)


def test_train_reads_standard_input(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(corpus.read_bytes())))
    output = tmp_path / "v.txt"
    assert main(["train", "-", "-o", str(output), *OPTIONS]) == 0
    assert read_word2vec(str(output)).words == trained(corpus).wv.index_to_key


def test_train_passes_every_option_on(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = {}

    class Spy(Word2Vec):
        __signature__ = inspect.signature(Word2Vec)

        def __init__(self, **settings: object) -> None:
            seen.update(settings)
            super().__init__(**settings)  # type: ignore[arg-type]

    monkeypatch.setattr("w2vref.cli.train.Word2Vec", Spy)
    options = (
        "--size 5 --window 3 --min-count 1 --sample 0.1 --seed 9 --workers 1 --alpha 0.05 --min-alpha 0.01 "
        "--sg --hs --negative 2 --ns-exponent 0.5 --cbow-mean 0 --cbow-gradient exact --iter 1 "
        "--backend numpy"
    )
    assert main(["train", str(corpus), "-o", str(tmp_path / "v"), *options.split()]) == 0
    assert seen == {
        "size": 5, "window": 3, "min_count": 1, "sample": 0.1, "seed": 9, "workers": 1, "alpha": 0.05,
        "min_alpha": 0.01, "sg": 1, "hs": 1, "negative": 2, "ns_exponent": 0.5, "cbow_mean": 0,
        "cbow_gradient": "exact", "iter": 1, "backend": "numpy",
    }  # fmt: skip


def test_progress_goes_to_standard_error(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", str(corpus), "-o", str(tmp_path / "v"), *OPTIONS]) == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "120 words in 20 sentences, 7 in the vocabulary" in shown.err
    assert "100%" in shown.err
    assert main(["train", str(corpus), "-o", str(tmp_path / "v"), *OPTIONS, "--quiet"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "nowhere.txt", "-o", "v"], "nowhere.txt: No such file"),
        (["train", "CORPUS", "-o", "no/such/folder/v"], "its folder does not exist"),
        (["train", "CORPUS", "-o", "."], "is a folder"),
        (["train", "CORPUS", "-o", "v", "--window", "0"], "window"),
        (["train", "CORPUS", "-o", "v", "--min-count", "1000"], "no word is left"),
        (["train", "CORPUS", "-o", "v", "--negative", "0"], "nothing to train"),
        (["train", "CORPUS", "-o", "v", "--backend", "abacus"], "unknown backend 'abacus'"),
        (["demo", "-o", "no/such/folder/v"], "its folder does not exist"),
    ],
)
def test_an_error_is_one_line_and_leaves_no_file(
    corpus: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    code = main([str(corpus) if a == "CORPUS" else a for a in [*arguments, "--quiet"]])
    shown = capsys.readouterr()
    assert code == 2
    assert message in shown.err
    assert shown.err.count("\n") == 1
    assert shown.err.startswith("w2vref: error: ")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["corpus.txt"]


def test_bad_utf8_is_told_with_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_bytes(b"one two\nthr\xffee\n")
    assert main(["train", str(bad), "-o", str(tmp_path / "v"), *OPTIONS, "--quiet"]) == 2
    assert re.search(r"11", capsys.readouterr().err)


@pytest.mark.parametrize(
    "arguments",
    [[], ["trane"], ["train"], ["train", "f", "-o", "v", "--size", "x"], ["train", "--frob"]],
)
def test_a_wrong_command_line_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    shown = capsys.readouterr().err
    assert stop.value.code == 2
    assert shown.count("\n") == 1
    assert "--help" in shown


def test_traceback_is_shown_on_demand(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        main(["train", str(tmp_path / "nowhere"), "-o", str(tmp_path / "v"), "--traceback"])


def test_backends_names_what_auto_takes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backends"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in lines} >= {"numpy", "numba", "c"}
    assert sum("auto" in line and "available (" in line for line in lines) == 1


def test_demo_on_the_reference_says_that_it_is_a_slice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sentences = text.manual()[:150]
    monkeypatch.setattr(text, "manual", lambda: sentences)
    output = tmp_path / "demo.txt"
    assert main(["demo", "--backend", "numpy", "-o", str(output)]) == 0
    shown = capsys.readouterr()
    assert "slice" in shown.err
    assert re.search(r"^ +class  \w+(, \w+){5}$", shown.out, re.MULTILINE)
    assert f"vectors: {output}" in shown.out
    assert len(read_word2vec(str(output)).words) > 50


def test_demo_repeats_its_bits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sentences = text.manual()[:40]
    monkeypatch.setattr(text, "manual", lambda: sentences)
    files = [tmp_path / "a", tmp_path / "b"]
    for path in files:
        assert main(["demo", "--backend", "numpy", "-o", str(path), "--quiet"]) == 0
    assert files[0].read_bytes() == files[1].read_bytes()


def test_demo_words_are_in_the_text() -> None:
    words = {word for sentence in text.manual() for word in sentence}
    assert words.issuperset(demo.WORDS[:7])


def test_the_manual_is_english_of_some_length() -> None:
    sentences = text.manual()
    words = [word for sentence in sentences for word in sentence]
    assert len(words) > 40_000
    assert all(re.fullmatch(r"[a-z]+('[a-z]+)?", word) for word in set(words))
    assert min(map(len, sentences)) >= text.SHORTEST


def test_sentences_are_prose_without_code() -> None:
    source = "Return the x_y of f(z), or None.\n\n>>> print('no')\nA second sentence; It's   here too."
    assert list(text.sentences_of(source)) == [
        ["return", "the", "of", "or", "none"],
        ["a", "second", "sentence"],
        ["it's", "here", "too"],
    ]


def test_docstrings_are_found_without_running_code(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        '"""The module says this."""\nraise SystemExit("it was run")\n'
        'class C:\n    """The class says that."""\n    def f(self):\n        """The method says more."""\n'
    )
    broken = tmp_path / "broken.py"
    broken.write_text("def (:")
    seen: list[int] = []
    assert [" ".join(s) for s in text.docstrings([broken, module], seen.append)] == [
        "the module says this",
        "the class says that",
        "the method says more",
    ]
    assert seen == [1, 1]


def test_docstrings_of_the_standard_library_come_in_a_fixed_order() -> None:
    files = text.docstring_files()
    assert len(files) > 300
    assert files == text.docstring_files()
    assert not any("test" in path.parts or "site-packages" in path.parts for path in files)


@pytest.mark.parametrize(
    ("path", "partial"),
    [("v", "v.partial"), ("a/v.txt", "a/v.partial.txt"), ("v.txt.gz", "v.partial.txt.gz")],
)
def test_the_name_of_a_partial_result_keeps_its_endings(path: str, partial: str) -> None:
    assert saving.partial_name(path) == str(Path(partial))


def start(*arguments: str, **options: object) -> subprocess.Popen[str]:
    """Start the command line as a process of its own, with the package under test."""
    package = Path(str(sys.modules["w2vref"].__file__)).parents[1]
    environment = {**os.environ, "PYTHONPATH": str(package)}
    command = [sys.executable, "-m", "w2vref", *arguments]
    if os.name == "posix":
        # A shell's background job ignores SIGINT, and so would what it starts.
        options["preexec_fn"] = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)
    return subprocess.Popen(command, env=environment, text=True, **options)  # type: ignore[call-overload, no-any-return]


def test_version() -> None:
    process = start("--version", stdout=subprocess.PIPE)
    assert process.communicate(timeout=60)[0].startswith("w2vref ")


@pytest.mark.skipif(os.name != "posix", reason="SIGINT is sent as POSIX systems do")
def test_ctrl_c_stops_at_once_and_keeps_the_vectors(tmp_path: Path) -> None:
    corpus, output = tmp_path / "corpus.txt", tmp_path / "v.txt"
    corpus.write_text(("the cat sat on the mat " * 5 + "\n") * 50_000)
    output.write_text("an older result")
    process = start("train", str(corpus), "-o", str(output), *OPTIONS, "--verbose", stderr=subprocess.PIPE)
    assert process.stderr is not None
    for line in process.stderr:
        if "training with" in line:
            break
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    sent = time.monotonic()
    rest = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert time.monotonic() - sent < 10  # a tenth of a second on an idle machine, and some for a busy one
    assert re.search(r"interrupted after \d+\.\d% of training", rest)
    assert "Traceback" not in rest
    assert output.read_text() == "an older result"
    assert len(read_word2vec(str(tmp_path / "v.partial.txt")).words) == 5


def test_a_resumed_training_ends_as_if_never_interrupted(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model, output = tmp_path / "m.w2v", tmp_path / "v.txt"

    @contextmanager
    def interrupted_bar(model: Word2Vec, quiet: bool) -> Iterator[None]:
        def hook(done: int, total: int) -> None:
            if done > total / 3:
                raise KeyboardInterrupt

        model.progress_hook = hook
        yield

    options = [str(corpus), "-o", str(output), *OPTIONS, "--save-model", str(model)]
    with monkeypatch.context() as patch:
        patch.setattr("w2vref.cli.progress.training_bar", interrupted_bar)
        assert main(["train", *options]) == 130
    shown = capsys.readouterr().err
    partial = tmp_path / "m.partial.w2v"
    assert f"--resume {partial}" in shown
    assert not output.exists()
    assert not model.exists()
    assert main(["train", str(corpus), "-o", str(output), "--resume", str(partial), "--workers", "1"]) == 0
    assert np.array_equal(read_word2vec(str(output)).vectors, trained(corpus).wv.vectors)
    # What the model knows already cannot be given again, and be ignored.
    arguments = ["train", str(corpus), "-o", str(output), "--resume", str(partial), "--size", "8", "--sg"]
    capsys.readouterr()
    assert main(arguments) == 2
    assert "leave out --sg, --size" in capsys.readouterr().err


def test_save_model_keeps_a_model_that_trains_on(corpus: Path, tmp_path: Path) -> None:
    path = tmp_path / "m.w2v"
    assert main(["train", str(corpus), "--save-model", str(path), *OPTIONS]) == 0
    again, model = Word2Vec.load(path, backend="numpy"), trained(corpus)
    for m in (again, model):
        m.train(corpus_file=corpus)
    assert np.array_equal(again.wv.vectors, model.wv.vectors)


def test_train_needs_something_to_write(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", str(corpus)]) == 2
    assert "--save-model" in capsys.readouterr().err


FORMS = {"text": "v.txt", "binary": "v.bin", "native": "v.w2v"}


@pytest.fixture
def vectors(tmp_path: Path) -> KeyedVectors:
    """Save a set of vectors in each format; the words are such that a format is easy to mistake."""
    kv = KeyedVectors(2)
    # Numbers as words, and floats whose bytes are digits and newlines.
    kv.add_vectors(["3", "-0.5", "north", "east", "{"], np.array(
        [[0.0, 1.0], [1.0, 1.0], [1.0, 2.0], [3.0, 0.1], np.frombuffer(b"12\n 5\n 1", dtype="<f4")],
        dtype=np.float32,
    ))  # fmt: skip
    for form, name in FORMS.items():
        if form == "native":
            kv.save(tmp_path / name)
        else:
            write_word2vec(str(tmp_path / name), kv.index_to_key, kv.vectors, binary=form == "binary")
    return kv


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("to", FORMS)
def test_convert_loses_nothing(vectors: KeyedVectors, tmp_path: Path, form: str, to: str) -> None:
    output = tmp_path / "converted"
    assert main(["convert", str(tmp_path / FORMS[form]), str(output), "--to", to]) == 0
    expected = tmp_path / FORMS[to]
    if to == "native":
        assert np.array_equal(KeyedVectors.load(output).vectors, vectors.vectors)
        assert KeyedVectors.load(output).index_to_key == vectors.index_to_key
    else:
        assert output.read_bytes() == expected.read_bytes()


@pytest.mark.usefixtures("vectors")
@pytest.mark.parametrize("name", ["v.txt", "v.bin", "v.w2v", "v.txt.gz", "glove.txt"])
def test_query_finds_out_the_format(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    if name.endswith(".gz"):
        assert main(["convert", str(tmp_path / "v.bin"), str(tmp_path / name), "--quiet"]) == 0
    if name == "glove.txt":
        rows = (tmp_path / "v.txt").read_text().split("\n", 1)[1]
        (tmp_path / name).write_text(rows)
    assert main(["query", str(tmp_path / name), "north", "east", "--topn", "1"]) == 0
    assert capsys.readouterr().out == "north\n  0.9487  -0.5\neast\n  0.7303  -0.5\n"


@pytest.mark.usefixtures("vectors")
def test_query_with_words_that_count_against(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", str(tmp_path / "v.txt"), "north", "east", "--minus", "3", "--topn", "1"]) == 0
    assert capsys.readouterr().out == "north + east - 3\n  0.6710  -0.5\n"


@pytest.mark.usefixtures("vectors")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["query", "v.txt", "west"], "'west' is not in the vocabulary of v.txt (5 words)"),
        (["query", "v.txt", "north", "--minus", "west"], "'west' is not in the vocabulary"),
        (["query", "v.txt", "north", "--topn", "0"], "--topn must be at least 1"),
        (["query", "nowhere", "north"], "nowhere: No such file"),
        (["query", "cut.bin", "north"], "cut.bin"),
        (["query", "v.bin", "north", "--format", "native"], "v.bin"),
        (["eval", "v.txt"], "nothing to evaluate"),
        (["eval", "v.txt", "--pairs", "nowhere"], "nowhere: No such file"),
        (["convert", "v.txt", "no/such/folder"], "its folder does not exist"),
    ],
)
def test_errors_of_commands_that_read_vectors(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("cut.bin").write_bytes(Path("v.bin").read_bytes()[:-3])
    assert main([*arguments, "--quiet"]) == 2
    shown = capsys.readouterr().err
    assert message in shown
    assert shown.count("\n") == 1


@pytest.mark.usefixtures("vectors")
def test_eval_prints_correlations_and_shares(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("scipy")
    pairs, questions = tmp_path / "pairs", tmp_path / "questions"
    pairs.write_text("north\teast\t1\nnorth\t3\t9\nnorth\t-0.5\t10\nnorth\twest\t5\n")
    questions.write_text(": directions\n3 north -0.5 east\n3 north -0.5 west\n")
    arguments = ["--pairs", str(pairs), "--analogies", str(questions)]
    assert main(["eval", str(tmp_path / "v.bin"), *arguments]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{pairs}: Spearman 1.0000, Pearson 1.0000, ")
    assert lines[0].endswith("25.0% of pairs unknown")
    assert lines[1] == f"{questions}:"
    assert re.fullmatch(r" +\d+\.\d%  [01]/1  directions", lines[2])


def test_a_reader_that_stops_early_is_no_error(tmp_path: Path) -> None:
    kv = KeyedVectors(2)
    kv.add_vectors([f"w{i}" for i in range(20_000)], np.random.default_rng(0).normal(size=(20_000, 2)))
    kv.save(tmp_path / "v.w2v")
    process = start(
        "query",
        str(tmp_path / "v.w2v"),
        "w0",
        "--topn",
        "20000",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "w0\n"
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    assert process.wait(timeout=60) == 0
    process.stderr.close()
