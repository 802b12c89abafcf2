"""What is said when the extension is missing, and how an instruction set is chosen."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from w2vref.backends import get_backend
from w2vref.backends.c import CBackend, library
from w2vref.backends.c.library import SIMD_NAMES, choose_simd, load_library
from w2vref.errors import BackendUnavailableError, UnsupportedOptionError


def test_without_a_compiler_its_message_and_a_remedy_are_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failure = tmp_path / "_build_failure.txt"
    failure.write_text("x.c:1:10: fatal error: Python.h: No such file or directory\n", encoding="utf-8")
    monkeypatch.setattr(library, "FAILURE_FILE", failure)
    monkeypatch.setitem(sys.modules, library.MODULE, None)
    with pytest.raises(BackendUnavailableError, match=r"(?s)Python\.h.*install GCC or Clang.*python3-dev"):
        load_library()


def test_without_a_compiler_and_a_message_the_import_error_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "FAILURE_FILE", tmp_path / "none")
    monkeypatch.setitem(sys.modules, library.MODULE, None)
    with pytest.raises(BackendUnavailableError, match="cannot be imported"):
        CBackend()


def test_the_widest_instruction_set_is_used_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("W2VREF_SIMD", raising=False)
    backend = CBackend()
    assert backend.simd == backend.available_simd[-1]
    assert backend.simd in repr(backend)
    assert backend.available_simd[0] == "baseline"
    assert get_backend("c").name == "c"


def test_the_environment_forces_an_instruction_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("W2VREF_SIMD", "baseline")
    assert CBackend().simd == "baseline"


def test_an_unknown_or_unavailable_instruction_set_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = load_library()
    monkeypatch.setenv("W2VREF_SIMD", "sse9")
    with pytest.raises(ValueError, match=r"W2VREF_SIMD='sse9' is unknown: choose one of baseline, avx2"):
        CBackend()
    missing = set(SIMD_NAMES) - set(library.available_simd(loaded))
    for name in missing:  # x86-64 has no NEON, Arm no AVX: there is always one
        with pytest.raises(ValueError, match=f"simd='{name}' is not available here"):
            choose_simd(loaded, name)
    assert missing


def test_an_array_that_is_not_padded_is_refused(make_case: Any, backend: CBackend) -> None:
    job = make_case().job
    unpadded = np.zeros((12, 20), dtype=np.float32)
    parameters = type(job.parameters)(20, unpadded, unpadded, unpadded, np.ones(1, dtype=np.float32))
    with pytest.raises(ValueError, match=r"input_vectors must be .* padded"):
        backend.score(job.config, parameters, job.tables, job.corpus)


def test_a_window_beyond_the_kernels_is_refused(make_case: Any, train: Any, backend: CBackend) -> None:
    with pytest.raises(UnsupportedOptionError, match="window=2147483648"):
        train(backend, make_case(window=2**31))


@pytest.mark.parametrize("bad_id", [-1, 12])
def test_a_word_id_outside_the_vocabulary_is_an_index_error(
    make_case: Any, train: Any, backend: CBackend, bad_id: int
) -> None:
    case = make_case(sg=True)
    case.job.corpus.tokens[5] = bad_id
    with pytest.raises(IndexError, match="encode it again"):
        train(backend, case)
    with pytest.raises(IndexError, match="encode it again"):
        backend.score(case.job.config, case.job.parameters, case.job.tables, case.job.corpus)
    ids = np.array([1], dtype=np.int64)
    with pytest.raises(IndexError, match=f"word id {bad_id} is outside the vocabulary of 12 words"):
        backend.train_sg_pair(case.job.config, case.job.parameters, case.job.tables, bad_id, 1, ids, 0.1)
