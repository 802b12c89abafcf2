"""A target in a few lines: skip-gram with negative sampling, in plain Python, float64, no imports of w2vref.

    w2vref conformance --command "python small_target.py" --preset tiny

In another language it looks the same: read a line, parse JSON, answer with a line, flush.
"""

import json
import math
import sys


def number(value):
    """Read a float: a string in hexadecimal (C's %a), or a number."""
    return float.fromhex(value) if isinstance(value, str) else float(value)


def matrix(rows):
    """Read a list of rows of floats."""
    return [[number(value) for value in row] for row in rows]


def sigmoid(x):
    """Evaluate 1 / (1 + exp(-x)) without overflow."""
    return 1.0 / (1.0 + math.exp(-x)) if x > -700.0 else 0.0


def update_sg(inputs):
    """Take one skip-gram step: the target with label 1, then each negative with label 0."""
    words, outputs = matrix(inputs["input_vectors"]), matrix(inputs["output_vectors"])
    hidden = words[inputs["input_id"]]
    alpha, target = number(inputs["alpha"]), inputs["target_id"]
    error = [0.0] * len(hidden)
    steps = [(target, 1.0)] + [(word, 0.0) for word in inputs["negative_ids"] if word != target]
    for word, label in steps:
        row = outputs[word]
        g = (label - sigmoid(sum(h * r for h, r in zip(hidden, row, strict=False)))) * alpha
        error = [e + g * r for e, r in zip(error, row, strict=False)]
        outputs[word] = [r + g * h for r, h in zip(row, hidden, strict=False)]
    words[inputs["input_id"]] = [h + e for h, e in zip(hidden, error, strict=False)]
    return {"input_vectors": words, "output_vectors": outputs}


OPERATIONS = {
    "update.sg": update_sg,
    "sigmoid": lambda inputs: {"y": [sigmoid(number(x)) for x in inputs["x"]]},
}
INFO = {
    "protocol": 1,
    "name": "small target",
    "version": "1",
    "operations": sorted(OPERATIONS),
    "lacks": {
        "hs": "it has negative sampling only",
        "locks": "every row learns",
        "loss": "it does not compute it",
    },
}

for line in sys.stdin:
    request = json.loads(line)
    reply = {"id": request["id"]}
    try:
        if request["operation"] == "info":
            reply["outputs"] = INFO
        else:
            reply["outputs"] = OPERATIONS[request["operation"]](request["inputs"])
    except Exception as problem:
        reply["error"] = f"{type(problem).__name__}: {problem}"
    print(json.dumps(reply), flush=True)
