"""Every exception that w2vref defines; other bad values raise ValueError, TypeError or KeyError."""


class W2VError(Exception):
    """Base of all errors defined by w2vref."""


class BackendUnavailableError(W2VError, RuntimeError):
    """A backend asked for by name cannot be used here; the message has the reason and the remedy."""


class UnsupportedOptionError(W2VError, ValueError):
    """A backend or an algorithm does not implement an option; the message names both."""


class TrainingDivergedError(W2VError, RuntimeError):
    """A trained value is no longer finite; the message names the word, the epoch and what helps."""


class FileFormatError(W2VError, ValueError):
    """A file is damaged or is not of the expected format; the message names file and offset."""


class TruncatedFileError(FileFormatError, EOFError):
    """A file ends before what it promises is complete; also an EOFError, as readers elsewhere raise."""
