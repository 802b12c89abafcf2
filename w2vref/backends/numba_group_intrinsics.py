"""Operations on several rows at once, as LLVM: what block training spends its time on.

A group of up to GROUP rows is the rows ids[0], ids[1], ... of a matrix. Sixteen components of the sums
stay in registers while the rows go by. As in `numba_intrinsics` no instruction carries a fast-math flag,
and each function has a twin in plain Python in `numba_twins`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from w2vref.backends.numba_intrinsics import (
    BLOCK,
    FLOAT_ALIGNMENT,
    GROUP_OF_FLOATS,
    I32,
    ROW,
    _broadcast,
    _each_block,
    _load,
    _store,
)
from w2vref.backends.numba_twins import GROUP, TARGETS
from w2vref.records import LANES

IDS = types.CPointer(types.int64)
ROWS_IN_REGISTERS = 4
"""Dots whose sixteen lanes stay in registers together: eight of AVX2's sixteen."""


def _out_of_line(emit: Callable[..., None]) -> Callable[..., Any]:
    """Return what builds a call of a function that has the code of `emit`: once in a module, never inlined.

    Eight counts of rows make long code; inlined wherever it is called from it would be compiled many times.
    """

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        function_type = ir.FunctionType(ir.VoidType(), [value.type for value in args])
        name = f"w2vref.{emit.__name__}"
        function = cgutils.get_or_insert_function(builder.module, function_type, name)
        if function.is_declaration:
            function.linkage = "linkonce_odr"
            function.attributes.add("noinline")
            inner = ir.IRBuilder(function.append_basic_block("entry"))
            emit(inner, *function.args)
            inner.ret_void()
        builder.call(function, args)
        return context.get_dummy_value()

    return build


def _by_count(builder: Any, count: Any, emit: Callable[[int], None]) -> None:
    """Emit code for each count of rows, 1 .. GROUP, and a jump to it: nothing for another count."""
    end = builder.append_basic_block("counted")
    switch = builder.switch(count, end)
    for n in range(1, GROUP + 1):
        block = builder.append_basic_block(f"count.{n}")
        switch.add_case(ir.Constant(count.type, n), block)
        builder.position_at_end(block)
        emit(n)
        builder.branch(end)
    builder.position_at_end(end)


def _element(builder: Any, array: Any, k: int) -> Any:
    return builder.load(builder.gep(array, [ir.Constant(I32, k)]))


def _rows(builder: Any, matrix: Any, ids: Any, n: int, blocks: Any) -> list[Any]:
    """Return pointers to the rows ids[0 .. n)."""
    stride = builder.mul(blocks, ir.Constant(blocks.type, LANES))
    return [builder.gep(matrix, [builder.mul(_element(builder, ids, k), stride)]) for k in range(n)]


def _shuffle(builder: Any, a: Any, b: Any, lanes: list[int]) -> Any:
    return builder.shuffle_vector(a, b, ir.Constant(ir.VectorType(I32, len(lanes)), lanes))


def _halve(builder: Any, lanes: Any) -> Any:
    """Return the eight sums of lanes l and l + 8."""
    low, high = list(range(GROUP)), list(range(GROUP, LANES))
    return builder.fadd(_shuffle(builder, lanes, lanes, low), _shuffle(builder, lanes, lanes, high))


def _pair_up(builder: Any, a: Any, b: Any, low: list[int], high: list[int]) -> Any:
    """Return the sums of the lanes `low` and `high` of a and b: one addition halves both."""
    return builder.fadd(_shuffle(builder, a, b, low), _shuffle(builder, a, b, high))


def _reduced(builder: Any, dots: list[Any]) -> Any:
    """Return the sums of the sixteen lanes of eight vectors, in the order of `dot`: eight floats.

    At each halving the halves of two vectors are put side by side: lanes l and l + 4 of dots i and
    i + 4, then l + 2, then l + 1, so that the sums end up in the order of the dots.
    """
    eight = [_halve(builder, lanes) for lanes in dots]
    low, high = [0, 1, 2, 3, 12, 13, 14, 15], [4, 5, 6, 7, 8, 9, 10, 11]
    four = [_pair_up(builder, eight[i], eight[i + 4], low, high) for i in range(4)]
    low, high = [0, 1, 8, 9, 4, 5, 12, 13], [2, 3, 10, 11, 6, 7, 14, 15]
    two = [_pair_up(builder, four[i], four[i + 1], low, high) for i in (0, 2)]
    return _pair_up(builder, two[0], two[1], [0, 2, 8, 10, 4, 6, 12, 14], [1, 3, 9, 11, 5, 7, 13, 15])


def _lanes_of_dots(builder: Any, a: Any, rows: list[Any], blocks: Any) -> list[Any]:
    """Return the sixteen lane sums of the dots of a with each row."""
    zero = ir.Constant(blocks.type, 0)
    sums = [cgutils.alloca_once(builder, BLOCK) for _ in rows]
    first = _load(builder, a, zero)
    for row, total in zip(rows, sums, strict=True):
        builder.store(builder.fmul(first, _load(builder, row, zero)), total)
    with _each_block(builder, blocks, start=1) as block:
        factor = _load(builder, a, block)
        for row, total in zip(rows, sums, strict=True):
            product = builder.fmul(factor, _load(builder, row, block))
            builder.store(builder.fadd(builder.load(total), product), total)
    return [builder.load(total) for total in sums]


@_out_of_line
def _dots(builder: Any, target: Any, first: Any, start: Any, numbers: Any, number: Any, length: Any) -> None:
    def emit(n: int) -> None:
        rows, lanes = _rows(builder, start, numbers, n, length), []
        for k in range(0, n, ROWS_IN_REGISTERS):
            lanes += _lanes_of_dots(builder, first, rows[k : k + ROWS_IN_REGISTERS], length)
        lanes += [ir.Constant(BLOCK, None)] * (GROUP - n)
        address = builder.bitcast(target, GROUP_OF_FLOATS.as_pointer())
        builder.store(_reduced(builder, lanes), address, align=FLOAT_ALIGNMENT)

    _by_count(builder, number, emit)


@intrinsic
def dots(typing_context: Any, x: Any, a: Any, matrix: Any, ids: Any, count: Any, blocks: Any) -> Any:
    """Fill x, GROUP floats, with the dots of a and the group's rows; behind `count` with 0."""
    return types.void(ROW, ROW, ROW, IDS, types.int64, types.int64), _dots


@_out_of_line
def _add_products(
    builder: Any, target: Any, factors: Any, start: Any, numbers: Any, number: Any, length: Any
) -> None:
    def emit(n: int) -> None:
        rows = _rows(builder, start, numbers, n, length)
        all_g = [_broadcast(builder, _element(builder, factors, k)) for k in range(n)]
        with _each_block(builder, length) as block:
            total = _load(builder, target, block)
            for factor, row in zip(all_g, rows, strict=True):
                total = builder.fadd(total, builder.fmul(factor, _load(builder, row, block)))
            _store(builder, total, target, block)

    _by_count(builder, number, emit)


@intrinsic
def add_products(typing_context: Any, y: Any, g: Any, matrix: Any, ids: Any, count: Any, blocks: Any) -> Any:
    """Add the group's rows in order: y += g[k] * row k, each product rounded first."""
    return types.void(ROW, ROW, ROW, IDS, types.int64, types.int64), _add_products


@_out_of_line
def _exchange_products(
    builder: Any,
    target: Any,
    factors: Any,
    source: Any,
    start: Any,
    numbers: Any,
    to_start: Any,
    to_numbers: Any,
    number: Any,
    length: Any,
) -> None:
    def emit(n: int) -> None:
        rows = _rows(builder, start, numbers, n, length)
        to_rows = _rows(builder, to_start, to_numbers, n, length)
        all_g = [_broadcast(builder, _element(builder, factors, k)) for k in range(n)]
        with _each_block(builder, length) as block:
            a, total = _load(builder, source, block), _load(builder, target, block)
            for factor, row, to_row in zip(all_g, rows, to_rows, strict=True):
                total = builder.fadd(total, builder.fmul(factor, _load(builder, row, block)))
                change = builder.fadd(_load(builder, to_row, block), builder.fmul(factor, a))
                _store(builder, change, to_row, block)
            _store(builder, total, target, block)

    _by_count(builder, number, emit)


@intrinsic
def exchange_products(
    typing_context: Any,
    y: Any,
    g: Any,
    x: Any,
    matrix: Any,
    ids: Any,
    to_matrix: Any,
    to_ids: Any,
    count: Any,
    blocks: Any,
) -> Any:
    """Both sides of a group: y += g[k] * row ids[k] in order, and row to_ids[k] of to_matrix += g[k] * x."""
    return types.void(ROW, ROW, ROW, ROW, IDS, ROW, IDS, types.int64, types.int64), _exchange_products


@_out_of_line
def _add_outer_products(
    builder: Any,
    to_start: Any,
    to_numbers: Any,
    factors: Any,
    target_step: Any,
    row_step: Any,
    start: Any,
    numbers: Any,
    number: Any,
    length: Any,
) -> None:
    targets = _rows(builder, to_start, to_numbers, TARGETS, length)
    columns = [
        builder.gep(factors, [builder.mul(target_step, ir.Constant(target_step.type, k))])
        for k in range(TARGETS)
    ]
    stride = builder.mul(length, ir.Constant(length.type, LANES))
    sums = [cgutils.alloca_once(builder, BLOCK) for _ in targets]
    with _each_block(builder, length) as block:
        for target, total in zip(targets, sums, strict=True):
            builder.store(_load(builder, target, block), total)
        with cgutils.for_range(builder, number) as each:
            row = builder.gep(start, [builder.mul(builder.load(builder.gep(numbers, [each.index])), stride)])
            lanes, place = _load(builder, row, block), builder.mul(each.index, row_step)
            for column, total in zip(columns, sums, strict=True):
                factor = builder.load(builder.gep(column, [place]))
                product = builder.fmul(_broadcast(builder, factor), lanes)
                builder.store(builder.fadd(builder.load(total), product), total)
        for target, total in zip(targets, sums, strict=True):
            _store(builder, builder.load(total), target, block)


@intrinsic
def add_outer_products(
    typing_context: Any,
    to_matrix: Any,
    to_ids: Any,
    g: Any,
    target_step: Any,
    row_step: Any,
    matrix: Any,
    ids: Any,
    count: Any,
    blocks: Any,
) -> Any:
    """Add `count` rows to each of TARGETS sums, in the order of r; a row that is loaded serves all sums.

    Row to_ids[k] of to_matrix += g[k * target_step + r * row_step] * row ids[r] of matrix.
    """
    return types.void(
        ROW, IDS, ROW, types.int64, types.int64, ROW, IDS, types.int64, types.int64
    ), _add_outer_products
