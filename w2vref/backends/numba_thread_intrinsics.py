"""What numba's Python cannot say about threads, as LLVM: shared words of memory, and letting go of the core.

A *cell* is a pointer to an int64 that all workers share. Each function has a twin in plain Python in
`numba_twins`; `numba_primitives` chooses.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

from w2vref.backends.numba_intrinsics import I32, IS_ARM64, IS_X86

CELL = types.CPointer(types.int64)
WORD_ALIGNMENT = 8
ORDERING = "seq_cst"
YIELD_HINT = 1
"""The hint `yield` of Arm."""
NAP = 1 if sys.platform == "win32" else 20
"""What a worker sleeps when it finds nothing to do: milliseconds for Windows, microseconds elsewhere."""


def _register_system_functions() -> None:
    """Give LLVM the system's functions to give up the core and to sleep, under our names.

    Under names, not as addresses: machine code that was kept on disk finds them in the next process.
    """
    if sys.platform == "win32":
        system: Any = ctypes.WinDLL("kernel32")
        functions = {"w2vref_let_go": system.SwitchToThread, "w2vref_sleep": system.Sleep}
    else:
        system = ctypes.CDLL(None)
        functions = {"w2vref_let_go": system.sched_yield, "w2vref_sleep": system.usleep}
    for name, function in functions.items():
        llvm.add_symbol(name, ctypes.cast(function, ctypes.c_void_p).value)


_register_system_functions()


@intrinsic
def part(typing_context: Any, start: Any, offset: Any) -> Any:
    """Return a pointer to the element this far behind another pointer."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.gep(args[0], [args[1]])

    return start(start, types.int64), build


@intrinsic
def load_word(typing_context: Any, cell: Any) -> Any:
    """Return what the cell holds; what its writer did before is seen as well."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load_atomic(args[0], ORDERING, WORD_ALIGNMENT)

    return types.int64(CELL), build


@intrinsic
def store_word(typing_context: Any, cell: Any, value: Any) -> Any:
    """Set the cell; who reads the value sees what was done before."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.store_atomic(args[1], args[0], ORDERING, WORD_ALIGNMENT)
        return context.get_dummy_value()

    return types.void(CELL, types.int64), build


@intrinsic
def compare_and_swap(typing_context: Any, cell: Any, expected: Any, value: Any) -> Any:
    """Set the cell to value if it holds what is expected; tell whether it did."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pair = builder.cmpxchg(args[0], args[1], args[2], ORDERING, ORDERING)
        return builder.extract_value(pair, 1)

    return types.boolean(CELL, types.int64, types.int64), build


@intrinsic
def pause(typing_context: Any) -> Any:
    """Tell the processor that this is a loop that waits."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        if IS_X86:
            function_type = ir.FunctionType(ir.VoidType(), [])
            hint = cgutils.get_or_insert_function(builder.module, function_type, "llvm.x86.sse2.pause")
            builder.call(hint, [])
        elif IS_ARM64:
            function_type = ir.FunctionType(ir.VoidType(), [I32])
            hint = cgutils.get_or_insert_function(builder.module, function_type, "llvm.aarch64.hint")
            builder.call(hint, [ir.Constant(I32, YIELD_HINT)])
        return context.get_dummy_value()

    return types.void(), build


@intrinsic
def let_go(typing_context: Any) -> Any:
    """Let another thread have the core, if one wants it."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        function_type = ir.FunctionType(I32, [])
        builder.call(cgutils.get_or_insert_function(builder.module, function_type, "w2vref_let_go"), [])
        return context.get_dummy_value()

    return types.void(), build


@intrinsic
def nap(typing_context: Any) -> Any:
    """Sleep some 0.02 ms (Windows: 1 ms)."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        # usleep returns an int and Sleep nothing: what is returned is not looked at.
        function_type = ir.FunctionType(I32, [I32])
        function = cgutils.get_or_insert_function(builder.module, function_type, "w2vref_sleep")
        builder.call(function, [ir.Constant(I32, NAP)])
        return context.get_dummy_value()

    return types.void(), build
