"""A table as a Parquet file: columns of one type each, any of whose values may be missing.

pyarrow writes it; it comes with the extra `parquet` and is loaded when a file is written.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

from grok_tui.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Kind = Literal["flag", "whole", "number", "text"]

GROUP = 100_000
"""Rows of a row group: what is in memory at a time."""
TYPES = {"flag": "bool", "whole": "int64", "number": "float64", "text": "string"}
"""What Arrow calls a kind."""


def write(
    file: BinaryIO, names: Sequence[str], kinds: Sequence[Kind], rows: Iterable[Sequence[Any]]
) -> int:
    """Write the rows; how many there were. Values are of their column's kind, or None.

    Raises UsageError where pyarrow is not installed.
    """
    pyarrow, parquet = library()
    types = [pyarrow.type_for_alias(TYPES[kind]) for kind in kinds]
    schema = pyarrow.schema(list(zip(names, types, strict=True)))
    left = iter(rows)
    count = 0
    with parquet.ParquetWriter(file, schema) as writer:
        while group := list(islice(left, GROUP)):
            columns = zip(types, zip(*group, strict=True), strict=True)
            arrays = [pyarrow.array(values, kind) for kind, values in columns]
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))
            count += len(group)
    return count


def library() -> tuple[Any, Any]:
    """pyarrow and its module of Parquet. Raises UsageError where they are not installed."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        wanted = "Parquet needs pyarrow: pip install 'grok-tui[parquet]'; or take --format csv"
        raise UsageError(wanted) from None
    return pyarrow, parquet


def kind_of(values: Iterable[object]) -> Kind:
    """The kind of a column that holds these values."""
    types = {type(value) for value in values} - {type(None)}
    if types == {bool}:
        return "flag"
    if types == {int}:
        return "whole"
    return "number" if types and types <= {int, float} else "text"
