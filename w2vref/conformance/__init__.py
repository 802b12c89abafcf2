"""The conformance suite: for w2vref's backends, and for implementations in any language.

For an implementation of word2vec, in any language:

    families/     THE CASES, a module or two for each layer; here a case is added
    vectors/      the cases as JSON, with what the reference answers (`generate` makes them)
    suite/        what a case is, how a target is asked, how its answer is judged; `suite/operation_table` has
                  the operations, `suite/properties` the judgements that need no expected numbers
    adapters/     implementations as targets; reporting/ the table, JSON and the HTML page
    catalogue.py  the bugs that implementations have had

`w2vref conformance --target package:Adapter`, or `--command PROGRAM`; docs/conformance/ has more.

For a backend of w2vref, which agrees with the reference to the bit:

    cases.py strategies.py   small records whose repr is Python that builds them again, drawn by Hypothesis
    checks/                  each takes a backend and a case and raises `MismatchError`
    test_backends.py         every check on every backend:
                             `pytest --pyargs w2vref.conformance --w2v-backend NAME`

pytest and Hypothesis come with the extra: pip install 'w2vref[conformance]'.
"""

from w2vref.conformance.suite.adapter import Adapter, UnsupportedError

__all__ = ["Adapter", "UnsupportedError"]
