"""Every check of the shipped suite on every backend that is available."""

from w2vref.conformance.test_backends import test_backend

__all__ = ["test_backend"]
