"""The command line `w2vref`: one module for each command.

Exit codes: 0 done; 2 an error, told in one line on standard error; 130 interrupted by Ctrl-C.
"""

from w2vref.cli.main import main

__all__ = ["main"]
