"""float32 in text: shortest digits out, one rounding in, and the compiled twin of both."""

from __future__ import annotations

import struct
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2vref.backends.c import library
from w2vref.io import numbers, rows_kernel
from w2vref.io.words import join_words

BITS = st.integers(0, 2**32 - 1)
FINITE = st.floats(width=32, allow_nan=False, allow_infinity=False)


def single(bits: int) -> np.float32:
    return np.frombuffer(struct.pack("<I", bits), "<f4")[0]


def bits_of(number: np.float32) -> int:
    return int(np.float32(number).view(np.uint32))


def nearest(text: str) -> np.float32:
    """Return the float32 nearest to a decimal, by exact fractions: the definition."""
    value = Fraction(text)
    guess = np.float32(float(value))
    around = {guess, np.nextafter(guess, np.float32(np.inf)), np.nextafter(guess, np.float32(-np.inf))}
    return min(around, key=lambda f: (abs(Fraction(float(f)) - value), bits_of(f) & 1))


def compiled_text(values: list[np.float32]) -> str:
    library = rows_kernel.load_kernel()
    if library is None:
        pytest.skip("this install has no compiled kernel")
    row = np.array([values], dtype=np.float32)
    return bytes(rows_kernel.RowsKernel(library).text(join_words(["w"]), 0, row)).decode()


@given(BITS)
def test_what_is_written_reads_back_exactly(bits):
    number = single(bits)
    text = numbers.format_float32(number)
    back = numbers.parse_float32([text.encode()])[0]
    assert bits_of(back) == bits or (np.isnan(number) and np.isnan(back))


@given(FINITE)
def test_no_shorter_decimal_reads_back(value):
    number = np.float32(value)
    digits = numbers.format_float32(number).lower().lstrip("-").partition("e")[0].replace(".", "").strip("0")
    fewer = len(digits) - 1
    if fewer > 0:
        shorter = f"{float(number):.{fewer - 1}e}".encode()
        assert bits_of(numbers.parse_float32([shorter])[0]) != bits_of(number)


@given(st.lists(BITS, min_size=1, max_size=20))
def test_the_compiled_writer_writes_the_same(bits):
    values = [single(b) for b in bits]
    assert compiled_text(values) == "w" + numbers.format_row(np.array(values)) + "\n"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (0.1, "0.1"),
        (1.0, "1.0"),
        (-12.5, "-12.5"),
        (123456.0, "123456.0"),
        (1e6, "1e+06"),  # the bounds of positional notation
        (1234567.0, "1.234567e+06"),
        (1e-4, "0.0001"),
        (9.9999e-5, "9.9999e-05"),
        (3.4028235e38, "3.4028235e+38"),
        (1e-45, "1e-45"),  # the smallest float32
        (2.0**-44, "5.684342e-14"),  # a power of two: the interval below it is half as wide
        (16777216.0, "1.6777216e+07"),
        (33554432.0, "3.3554432e+07"),
        (np.inf, "inf"),
        (-np.inf, "-inf"),
        (np.nan, "nan"),
    ],
)
def test_examples(value, text):
    assert numbers.format_float32(np.float32(value)) == text
    assert compiled_text([np.float32(value)]) == f"w {text}\n"


@given(FINITE.filter(lambda x: abs(x) < 3e38), st.sampled_from([-1, 0, 1]), st.integers(10, 40))
def test_numbers_beside_a_midpoint_are_rounded_once(value, side, digits):
    number = np.float32(value)
    exact = (Fraction(float(number)) + Fraction(float(np.nextafter(number, np.float32(np.inf))))) / 2
    moved = exact + side * abs(exact) / Fraction(10) ** digits
    # 800 digits hold any midpoint and the shift exactly enough to stay on its side.
    scaled = moved.numerator * 10**800 // moved.denominator
    text = f"{scaled}e-800"
    assert bits_of(numbers.parse_float32([text.encode()])[0]) == bits_of(nearest(text))


def test_a_number_that_float64_would_round_first():
    text = b"1.000000059604644775390626"
    assert numbers.parse_float32([text])[0] == np.float32(1.0000001)
    assert np.float32(float(text)) == 1.0  # what two roundings give


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"3.4028235677973366e38", 3.4028235e38),  # just below the bound of overflow
        (b"3.4028235677973367e38", np.inf),
        (b"3.40282356779733661637e38", 3.4028235e38),
        (b"-3.40282356779733661638e38", -np.inf),
        (b"1e39", np.inf),
        (b"-1e400", -np.inf),
        (b"1e-400", 0.0),
        (b"7.006492321624085e-46", 0.0),  # just below half of the smallest float32
        (b"7.0064923216240854e-46", 1e-45),
        (b"+.5", 0.5),
        (b"5.", 5.0),
        (b"1E2", 100.0),
        (b"-Infinity", -np.inf),
    ],
)
def test_the_ends_of_the_range(text, expected):
    assert bits_of(numbers.parse_float32([text])[0]) == bits_of(np.float32(expected))


@pytest.mark.parametrize(
    "text",
    [b"", b"1_0", b"0x10", b"1e", b"e5", b".", b"+-1", b"\xc2\xa01", b"1,5", "\u0661".encode(), b"nano"],
)
def test_what_is_no_number_is_named(text):
    with pytest.raises(ValueError, match="is not a number"):
        numbers.parse_float32([b"1", text, b"2"])


def test_powers_of_ten_in_the_kernel_are_those_of_the_paper():
    source = rows_kernel_source()
    if source is None:
        pytest.skip("the sources of the kernel are not installed")
    table = source.partition("POWERS[77] = {")[2].partition("};")[0]
    found = [int(entry.strip().rstrip("u"), 16) for entry in table.split(",") if entry.strip()]
    expected = []
    for exponent in range(-31, 46):
        power = Fraction(10) ** exponent
        shift = 63 - (power.numerator.bit_length() - power.denominator.bit_length())
        scaled = power * Fraction(2) ** shift
        if scaled < 2**63:
            scaled *= 2
        if scaled >= 2**64:
            scaled /= 2
        expected.append(-(-scaled.numerator // scaled.denominator))
    assert found == expected


def rows_kernel_source() -> str | None:
    path = library.FAILURE_FILE.with_name("src") / "text_numbers.c"
    return path.read_text(encoding="utf-8") if path.exists() else None
