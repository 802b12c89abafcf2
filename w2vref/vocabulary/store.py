"""Words and counts on disk, for corpora whose words do not fit in memory."""

from __future__ import annotations

import errno
import sqlite3
import tempfile
from collections.abc import Callable, ItemsView, Iterable, Iterator, Mapping, ValuesView
from contextlib import contextmanager

import numpy as np

from w2vref._typing import Int32Array


class WordStore:
    """Collects (word, provisional id, count, first) parts in a temporary database and merges them by word.

    The database has no name in the file system, so that nothing is left behind.
    """

    def __init__(self) -> None:
        with _disk_errors():
            self._database = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
            # Temporary tables are on disk beyond a cache (here 16 MB), in a file without a name.
            self._database.executescript(
                "PRAGMA temp_store = FILE; PRAGMA temp.cache_size = -16000;"
                "CREATE TEMP TABLE parts (id INTEGER PRIMARY KEY, word BLOB NOT NULL,"
                " count INTEGER NOT NULL, first INTEGER NOT NULL);"
            )

    def add(self, parts: Iterable[tuple[str, int, int, int]]) -> None:
        """Add parts: word, provisional id, count, and a number that rises with the first appearance.

        An id may be given once only; the numbers of different words differ.
        """
        with _disk_errors():
            self._database.execute("BEGIN")
            self._database.executemany(
                "INSERT INTO parts VALUES (?, ?, ?, ?)",
                ((word_id, _encode(word), count, first) for word, word_id, count, first in parts),
            )
            self._database.execute("COMMIT")

    def finish(self) -> tuple[StoredCounts, Int32Array]:
        """Merge the parts of each word.

        Returns: word -> count in order of first appearance; and int32 (ids,), the place of each
            provisional id's word in that order. The ids must be 0 .. n - 1.
        """
        with _disk_errors():
            self._database.executescript(
                "CREATE TEMP TABLE words"
                " (rank INTEGER PRIMARY KEY, word BLOB NOT NULL, count INTEGER NOT NULL);"
                "INSERT INTO words (word, count) SELECT word, count FROM"
                " (SELECT word, SUM(count) AS count, MIN(first) AS first FROM parts GROUP BY word)"
                " ORDER BY first;"
                "CREATE UNIQUE INDEX temp.by_word ON words (word);"
            )
            ids = self._database.execute("SELECT COUNT(*) FROM parts").fetchone()[0]
            rows = self._database.execute(
                "SELECT words.rank - 1 FROM parts CROSS JOIN words ON words.word = parts.word"
                " ORDER BY parts.id"
            )
            ranks = np.fromiter((rank for (rank,) in rows), dtype=np.int32, count=ids)
            self._database.execute("DROP TABLE parts")
        return StoredCounts(self._database), ranks

    def close(self) -> None:
        """Delete the database."""
        self._database.close()


class StoredCounts(Mapping[str, int]):
    """A read-only mapping word -> count, in order of first appearance, kept in a temporary database."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._length: int = database.execute("SELECT COUNT(*) FROM words").fetchone()[0]

    def __getitem__(self, word: str) -> int:
        if isinstance(word, str):
            row = self._database.execute(
                "SELECT count FROM words WHERE word = ?", (_encode(word),)
            ).fetchone()
            if row is not None:
                return int(row[0])
        raise KeyError(word)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[str]:
        rows = self._database.execute("SELECT word FROM words ORDER BY rank")
        return (_decode(word) for (word,) in rows)

    def items(self) -> ItemsView[str, int]:
        """Return a view of the pairs, read from the database as they are asked for."""
        return _Items(self)

    def values(self) -> ValuesView[int]:
        """Return a view of the counts, read from the database as they are asked for."""
        return _Values(self)

    def rows(self) -> Iterator[tuple[str, int]]:
        """Iterate over the pairs in one query."""
        rows = self._database.execute("SELECT word, count FROM words ORDER BY rank")
        return ((_decode(word), count) for word, count in rows)

    def __reduce__(self) -> tuple[Callable[..., dict[str, int]], tuple[dict[str, int]]]:
        # A copy of a database connection is impossible; a dict says the same.
        return dict, (dict(self.rows()),)

    def __repr__(self) -> str:
        return f"<{len(self)} words and counts on disk>"

    def __del__(self) -> None:
        self._database.close()


class _Items(ItemsView[str, int]):
    _mapping: StoredCounts

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return self._mapping.rows()


class _Values(ValuesView[int]):
    _mapping: StoredCounts

    def __iter__(self) -> Iterator[int]:
        return (count for _, count in self._mapping.rows())


def _encode(word: str) -> bytes:
    # "surrogatepass": a str that is no valid Unicode is a word too.
    return word.encode("utf-8", "surrogatepass")


def _decode(word: bytes) -> str:
    return word.decode("utf-8", "surrogatepass")


@contextmanager
def _disk_errors() -> Iterator[None]:
    """Turn a database that cannot grow into an OSError that says what helps."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise OSError(
            errno.ENOSPC,
            f"cannot keep the rare words in a temporary database ({error}); free some space in "
            f"{tempfile.gettempdir()!r}, point the environment variable TMPDIR to a folder on a "
            "larger disk, or raise max_vocab_size",
        ) from error
