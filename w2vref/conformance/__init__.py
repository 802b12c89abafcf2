"""The conformance suite: what every backend promises, as checks that anyone can run.

A *case* (`cases`) is a small record whose repr is Python that builds it again. A *check*
(`checks`) takes a backend and a case and raises `MismatchError` if the backend does not do what the
reference does. `strategies` draws cases, adversarial ones on purpose. `test_backends` runs every check on
every backend: `pytest --pyargs w2vref.conformance --w2v-backend NAME`.

Needs the extra: pip install 'w2vref[conformance]'.
"""
