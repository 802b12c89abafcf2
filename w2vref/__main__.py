"""`python -m w2vref` is the command line."""

import sys

from w2vref.cli import main

if __name__ == "__main__":
    sys.exit(main())
