"""What numba's Python cannot say, as LLVM: rows in sixteen lanes, atomics, prefetch, the mode of the FPU.

Only this file, `numba_group_intrinsics` and `numba_thread_intrinsics` build instructions. Every
arithmetic instruction carries no fast-math flag, so that LLVM neither fuses nor reassociates it: the
lanes below are the lanes of `reference.arithmetic.dot`, whatever registers the processor has (one of
AVX-512, two of AVX, four of SSE or NEON). Each function has a twin in plain Python in `numba_twins`;
`numba_primitives` chooses.

A *row* is a pointer to the first float of a padded row; `blocks` is its length in blocks of 16 floats.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from w2vref.backends.numba_twins import GROUP
from w2vref.records import LANES
from w2vref.reference.arithmetic import (
    LN2_HIGH,
    LN2_LOW,
    LOG2_E,
    ONE,
    P0,
    P1,
    P2,
    P3,
    P4,
    P5,
    ROUND_TO_INTEGER,
    SIGMOID_BOUND,
)

ROW = types.CPointer(types.float32)
FLOAT = ir.FloatType()
I32 = ir.IntType(32)
BLOCK = ir.VectorType(FLOAT, LANES)
GROUP_OF_FLOATS = ir.VectorType(FLOAT, GROUP)
GROUP_OF_INTS = ir.VectorType(I32, GROUP)
EXPONENT_BIAS = 127
MANTISSA_BITS = 23
FLOAT_ALIGNMENT = 4
"""Promised to LLVM of every block, so that an unaligned array would be slow but not wrong."""

MACHINE = platform.machine().lower()
IS_X86 = MACHINE in {"x86_64", "amd64"}
IS_ARM64 = MACHINE in {"aarch64", "arm64"}
CONTROLS_ARITHMETIC = IS_X86 or IS_ARM64
"""Whether `set_arithmetic` can set the mode here; elsewhere the mode is only checked."""
MXCSR_DEFAULT = 0x1F80
"""All exceptions masked, round to nearest even, flush-to-zero and denormals-are-zero off."""
FPCR_DEFAULT = 0
"""The same for Arm: FZ, FZ16, AH, FIZ, DN and RMode all clear."""


# --- Rows ---------------------------------------------------------------------------------------


@intrinsic
def pointer(typing_context: Any, array: Any) -> Any:
    """Return the address of an array's first element: no length, no reference counting.

    A kernel that hands arrays to the functions it calls would count references at each call.
    """

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return context.make_array(signature.args[0])(context, builder, args[0]).data

    return types.CPointer(array.dtype)(array), build


@intrinsic
def row(typing_context: Any, matrix: Any, word_id: Any, blocks: Any) -> Any:
    """Return a row of the matrix that starts at the pointer and has rows of so many blocks."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        start, number, count = args
        stride = builder.mul(count, ir.Constant(count.type, LANES))
        return builder.gep(start, [builder.mul(number, stride)])

    return ROW(ROW, types.int64, types.int64), build


def _block_pointer(builder: Any, start: Any, block: Any) -> Any:
    offset = builder.mul(block, ir.Constant(block.type, LANES))
    return builder.bitcast(builder.gep(start, [offset]), BLOCK.as_pointer())


def _load(builder: Any, start: Any, block: Any) -> Any:
    return builder.load(_block_pointer(builder, start, block), align=FLOAT_ALIGNMENT)


def _store(builder: Any, value: Any, start: Any, block: Any) -> None:
    builder.store(value, _block_pointer(builder, start, block), align=FLOAT_ALIGNMENT)


def _broadcast(builder: Any, scalar: Any) -> Any:
    """Return sixteen copies of a float."""
    first = builder.insert_element(ir.Constant(BLOCK, ir.Undefined), scalar, ir.Constant(I32, 0))
    zeros = ir.Constant(ir.VectorType(I32, LANES), [0] * LANES)
    return builder.shuffle_vector(first, ir.Constant(BLOCK, ir.Undefined), zeros)


@contextmanager
def _each_block(builder: Any, blocks: Any, start: int = 0) -> Iterator[Any]:
    with cgutils.for_range(builder, blocks, start=ir.Constant(blocks.type, start)) as loop:
        yield loop.index


def _halved(builder: Any, lanes: Any) -> Any:
    """Return the sum of sixteen lanes: l and l + 8, then l and l + 4, l + 2, l + 1."""
    half = LANES // 2
    while half:
        undefined = ir.Constant(lanes.type, ir.Undefined)
        index = ir.VectorType(I32, half)
        low = builder.shuffle_vector(lanes, undefined, ir.Constant(index, list(range(half))))
        high = builder.shuffle_vector(lanes, undefined, ir.Constant(index, list(range(half, 2 * half))))
        lanes = builder.fadd(low, high)
        half //= 2
    return builder.extract_element(lanes, ir.Constant(I32, 0))


@intrinsic
def dot(typing_context: Any, a: Any, b: Any, blocks: Any) -> Any:
    """Return the dot product of two rows, in the order of `reference.arithmetic.dot`."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        first, second, count = args
        zero = ir.Constant(count.type, 0)
        lanes = cgutils.alloca_once(builder, BLOCK)
        builder.store(builder.fmul(_load(builder, first, zero), _load(builder, second, zero)), lanes)
        with _each_block(builder, count, start=1) as block:
            product = builder.fmul(_load(builder, first, block), _load(builder, second, block))
            builder.store(builder.fadd(builder.load(lanes), product), lanes)
        return _halved(builder, builder.load(lanes))

    return types.float32(ROW, ROW, types.int64), build


@intrinsic
def set_zero(typing_context: Any, y: Any, blocks: Any) -> Any:
    """Set y to 0."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        with _each_block(builder, args[1]) as block:
            _store(builder, ir.Constant(BLOCK, None), args[0], block)
        return context.get_dummy_value()

    return types.void(ROW, types.int64), build


@intrinsic
def add(typing_context: Any, y: Any, x: Any, blocks: Any) -> Any:
    """Add: y += x."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        target, source, count = args
        with _each_block(builder, count) as block:
            value = builder.fadd(_load(builder, target, block), _load(builder, source, block))
            _store(builder, value, target, block)
        return context.get_dummy_value()

    return types.void(ROW, ROW, types.int64), build


@intrinsic
def multiply(typing_context: Any, y: Any, factor: Any, blocks: Any) -> Any:
    """Multiply: y *= factor."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        target, scalar, count = args
        factors = _broadcast(builder, scalar)
        with _each_block(builder, count) as block:
            _store(builder, builder.fmul(_load(builder, target, block), factors), target, block)
        return context.get_dummy_value()

    return types.void(ROW, types.float32, types.int64), build


@intrinsic
def add_scaled(typing_context: Any, y: Any, factor: Any, x: Any, blocks: Any) -> Any:
    """Add: y += factor * x, the product rounded first."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        target, scalar, source, count = args
        factors = _broadcast(builder, scalar)
        with _each_block(builder, count) as block:
            product = builder.fmul(factors, _load(builder, source, block))
            _store(builder, builder.fadd(_load(builder, target, block), product), target, block)
        return context.get_dummy_value()

    return types.void(ROW, types.float32, ROW, types.int64), build


@intrinsic
def exchange(typing_context: Any, error: Any, y: Any, factor: Any, x: Any, blocks: Any) -> Any:
    """Learn both ways: error += factor * y with the old y; y += factor * x: one pass over three rows."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        errors, target, scalar, source, count = args
        factors = _broadcast(builder, scalar)
        with _each_block(builder, count) as block:
            old = _load(builder, target, block)
            flow = builder.fmul(factors, old)
            _store(builder, builder.fadd(_load(builder, errors, block), flow), errors, block)
            change = builder.fmul(factors, _load(builder, source, block))
            _store(builder, builder.fadd(old, change), target, block)
        return context.get_dummy_value()

    return types.void(ROW, ROW, types.float32, ROW, types.int64), build


# --- The sigmoid --------------------------------------------------------------------------------


def _constant(vector_type: Any, value: Any) -> Any:
    return ir.Constant(vector_type, [value] * vector_type.count)


@intrinsic
def sigmoids(typing_context: Any, x: Any, result: Any) -> Any:
    """Fill result with 1 / (1 + exp(-x)), GROUP floats, operation for operation as the reference."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        source, target = (builder.bitcast(address, GROUP_OF_FLOATS.as_pointer()) for address in args)

        def c(value: np.float32) -> Any:
            return _constant(GROUP_OF_FLOATS, float(value))

        def clamped(value: Any) -> Any:
            low, high = c(-SIGMOID_BOUND), c(SIGMOID_BOUND)
            # Unordered: NaN, too, gives the lower bound.
            value = builder.select(builder.fcmp_unordered("<", value, low), low, value)
            return builder.select(builder.fcmp_ordered(">", value, high), high, value)

        times, plus, minus = builder.fmul, builder.fadd, builder.fsub
        x = builder.load(source, align=FLOAT_ALIGNMENT)
        t = builder.fneg(clamped(x))
        n = minus(plus(times(t, c(LOG2_E)), c(ROUND_TO_INTEGER)), c(ROUND_TO_INTEGER))
        r = minus(minus(t, times(n, c(LN2_HIGH))), times(n, c(LN2_LOW)))
        z = times(r, r)
        q = times(plus(times(c(P0), r), c(P1)), z)
        p = plus(times(plus(q, plus(times(c(P2), r), c(P3))), z), plus(times(c(P4), r), c(P5)))
        # 2^n by its exponent field: |n| <= 126, so it is a normal float.
        exponent = builder.add(builder.fptosi(n, GROUP_OF_INTS), _constant(GROUP_OF_INTS, EXPONENT_BIAS))
        shifted = builder.shl(exponent, _constant(GROUP_OF_INTS, MANTISSA_BITS))
        power = builder.bitcast(shifted, GROUP_OF_FLOATS)
        e = times(plus(plus(times(p, z), r), c(ONE)), power)
        builder.store(builder.fdiv(c(ONE), plus(c(ONE), e)), target, align=FLOAT_ALIGNMENT)
        return context.get_dummy_value()

    return types.void(ROW, ROW), build


# --- Memory -------------------------------------------------------------------------------------


@intrinsic
def prefetch(typing_context: Any, y: Any, blocks: Any) -> Any:
    """Ask for a row to be brought into the cache; changes nothing."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        start, count = args
        byte_pointer = ir.IntType(8).as_pointer()
        function_type = ir.FunctionType(ir.VoidType(), [byte_pointer, I32, I32, I32])
        function = builder.module.declare_intrinsic("llvm.prefetch", [byte_pointer], function_type)
        # To be written (1), to stay in all caches (3), data (1).
        hints = [ir.Constant(I32, hint) for hint in (1, 3, 1)]
        with _each_block(builder, count) as block:
            address = builder.bitcast(_block_pointer(builder, start, block), byte_pointer)
            builder.call(function, [address, *hints])
        return context.get_dummy_value()

    return types.void(ROW, types.int64), build


@intrinsic
def fetch_add(typing_context: Any, counter: Any, amount: Any) -> Any:
    """Add amount to counter[0] atomically and return what it was: the claim of a span."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.atomic_rmw("add", args[0], args[1], "seq_cst")

    return types.int64(types.CPointer(types.int64), types.int64), build


@intrinsic
def load_flag(typing_context: Any, flag: Any) -> Any:
    """Return flag[0], read anew at each call: another thread sets it."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load_atomic(args[0], "monotonic", 4)

    return types.int32(types.CPointer(types.int32)), build


# --- The mode of the floating-point unit --------------------------------------------------------


def _read_mode(builder: Any) -> Any:
    if IS_X86:
        word = cgutils.alloca_once(builder, I32)
        address = builder.bitcast(word, ir.IntType(8).as_pointer())
        function_type = ir.FunctionType(ir.VoidType(), [address.type])
        store = cgutils.get_or_insert_function(builder.module, function_type, "llvm.x86.sse.stmxcsr")
        builder.call(store, [address])
        return builder.zext(builder.load(word), ir.IntType(64))
    if IS_ARM64:
        function_type = ir.FunctionType(ir.IntType(64), [])
        read = cgutils.get_or_insert_function(builder.module, function_type, "llvm.aarch64.get.fpcr")
        return builder.call(read, [])
    return ir.Constant(ir.IntType(64), 0)


def _write_mode(builder: Any, mode: Any) -> None:
    if IS_X86:
        word = cgutils.alloca_once(builder, I32)
        builder.store(builder.trunc(mode, I32), word)
        address = builder.bitcast(word, ir.IntType(8).as_pointer())
        function_type = ir.FunctionType(ir.VoidType(), [address.type])
        load = cgutils.get_or_insert_function(builder.module, function_type, "llvm.x86.sse.ldmxcsr")
        builder.call(load, [address])
    elif IS_ARM64:
        function_type = ir.FunctionType(ir.VoidType(), [ir.IntType(64)])
        write = cgutils.get_or_insert_function(builder.module, function_type, "llvm.aarch64.set.fpcr")
        builder.call(write, [mode])


@intrinsic
def read_arithmetic(typing_context: Any) -> Any:
    """Return this thread's control register (MXCSR or FPCR)."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _read_mode(builder)

    return types.int64(), build


@intrinsic
def write_arithmetic(typing_context: Any, mode: Any) -> Any:
    """Set this thread's control register.

    To be called from Python between calls of kernels, never inside one: LLVM takes arithmetic to be
    independent of the register and would move it across.
    """

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        _write_mode(builder, args[0])
        return context.get_dummy_value()

    return types.void(types.int64), build


STANDARD_ARITHMETIC = MXCSR_DEFAULT if IS_X86 else FPCR_DEFAULT
