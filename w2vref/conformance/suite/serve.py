"""An adapter behind the protocol: `python -m w2vref.conformance.suite.serve package:Adapter`.

Reads a request from each line of standard input and writes a reply to standard output. What the adapter
prints goes to standard error, so that it cannot spoil a reply.
"""

from __future__ import annotations

import json
import os
import sys
from typing import IO, Any

from w2vref.conformance.suite import operations
from w2vref.conformance.suite.adapter import Adapter, UnsupportedError, load_adapter


def reply_to(adapter: Adapter, request: dict[str, Any]) -> dict[str, Any]:
    """Return the reply to a request, without its id."""
    operation, inputs = request["operation"], request["inputs"]
    if operation == "info":
        return {"outputs": adapter.information()}
    if operation not in operations.OPERATIONS:
        return {"unsupported": f"no operation is called {operation!r}"}
    given = operations.decode_inputs(operation, inputs)
    try:
        outputs = adapter.call(operation, given)
    except UnsupportedError as error:
        return {"unsupported": str(error)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    return {"outputs": operations.encode_outputs(operation, outputs)}


def serve(adapter: Adapter, requests: IO[str], replies: IO[str]) -> None:
    """Answer requests until there are no more."""
    for line in requests:
        request = json.loads(line)
        reply = reply_to(adapter, request)
        replies.write(json.dumps({"id": request["id"], **reply}) + "\n")
        replies.flush()


def main() -> None:
    """Serve the adapter named on the command line."""
    # The replies get the real standard output; prints, also of C code, go to standard error.
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(load_adapter(sys.argv[1]), sys.stdin, replies)


if __name__ == "__main__":
    main()
