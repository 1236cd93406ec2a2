"""What delta-rs reads and writes. Requests come on stdin as JSON lines, answers go to stdout, a line each."""

import datetime
import decimal
import json
import sys

import pyarrow as pa
from deltalake import DeltaTable, QueryBuilder, write_deltalake

from canonical import scalar, sorted_pairs, write_rows


def canonical(value, kind):
    if value is None:
        return None
    if pa.types.is_struct(kind):
        return [canonical(value[field.name], field.type) for field in kind]
    if pa.types.is_map(kind):
        return sorted_pairs([[canonical(key, kind.key_type), canonical(each, kind.item_type)] for key, each in value])
    if isinstance(value, list):
        return [canonical(each, kind.value_type) for each in value]
    return scalar(value)


def rows_of(table, names):
    # The rows of `to_pyarrow_table` do without column mapping and deletion vectors.
    found = pa.table(QueryBuilder().register("t", table).execute("SELECT * FROM t")).select(names)
    for batch in found.to_batches(max_chunksize=8192):
        columns = [
            [canonical(value, field.type) for value in column.to_pylist()]
            for field, column in zip(batch.schema, batch.columns)
        ]
        yield from (list(row) for row in zip(*columns))


def read(request):
    table = DeltaTable(request["path"])
    names = [field.name for field in table.schema().fields]
    written = write_rows(rows_of(table, names), request["rows"])
    return {"schema": table.schema().to_json(), "version": table.version(), **written}


def write(request):
    """One of the tables below, in two commits."""
    first, second, options = TABLES[request["table"]]()
    write_deltalake(request["path"], first, **options)
    write_deltalake(request["path"], second, mode="append", **options)
    return {}


def partitioned():
    schema = pa.schema(
        [
            ("id", pa.int64()),
            ("day", pa.date32()),
            ("place", pa.string()),
            ("amount", pa.decimal128(12, 2)),
            ("seen", pa.timestamp("us", tz="UTC")),
        ]
    )

    def rows(start, stop):
        return pa.Table.from_pylist(
            [
                {
                    "id": i,
                    "day": datetime.date(2026, 1, 1 + i % 3),
                    "place": None if i % 7 == 0 else ["a b", "ö/ü", "c=d", "x%2Fy"][i % 4],
                    "amount": None if i % 5 == 0 else decimal.Decimal(i * 101) / 100,
                    "seen": datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.timezone.utc)
                    + datetime.timedelta(microseconds=i * 1_000_001),
                }
                for i in range(start, stop)
            ],
            schema=schema,
        )

    return rows(0, 60), rows(60, 100), {"partition_by": ["day", "place"]}


def nested():
    address = pa.struct([("city", pa.string()), ("codes", pa.list_(pa.int32()))])
    schema = pa.schema(
        [
            ("id", pa.int32()),
            ("person", pa.struct([("name", pa.string()), ("address", address)])),
            ("items", pa.list_(pa.struct([("sku", pa.string()), ("price", pa.float64())]))),
            ("counts", pa.map_(pa.string(), pa.int64())),
        ]
    )

    def rows(start, stop):
        return pa.Table.from_pylist(
            [
                {
                    "id": i,
                    "person": None
                    if i % 4 == 0
                    else {"name": f"n{i}", "address": None if i % 3 == 0 else {"city": "Köln", "codes": [i, None]}},
                    "items": None if i % 5 == 0 else [{"sku": f"s{k}", "price": k / 3} for k in range(i % 4)],
                    "counts": None if i % 6 == 0 else [("a", i), ("b", None)],
                }
                for i in range(start, stop)
            ],
            schema=schema,
        )

    return rows(0, 40), rows(40, 50), {}


def plain():
    """Every simple type, its extremes, and nulls."""
    schema = pa.schema(
        [
            ("flag", pa.bool_()),
            ("tiny", pa.int8()),
            ("small", pa.int16()),
            ("number", pa.int32()),
            ("large", pa.int64()),
            ("single", pa.float32()),
            ("double", pa.float64()),
            ("money", pa.decimal128(38, 10)),
            ("text", pa.string()),
            ("bytes", pa.binary()),
            ("day", pa.date32()),
            ("instant", pa.timestamp("us", tz="UTC")),
        ]
    )
    utc = datetime.timezone.utc
    low = [
        False, -(2**7), -(2**15), -(2**31), -(2**63), -1.5, -1e308, decimal.Decimal("-1234567890123456789012345678.9"),
        "", b"", datetime.date(1, 1, 1), datetime.datetime(1900, 1, 1, tzinfo=utc),
    ]  # fmt: skip
    high = [
        True, 2**7 - 1, 2**15 - 1, 2**31 - 1, 2**63 - 1, 3.25, float("nan"), decimal.Decimal("0.0000000001"),
        'é "quoted", \\ and\nlines \U0001f680', bytes(range(256)), datetime.date(9999, 12, 31),
        datetime.datetime(2262, 1, 1, 23, 59, 59, 999999, tzinfo=utc),
    ]  # fmt: skip
    none = [None] * len(low)

    def rows(*values):
        return pa.Table.from_pylist([dict(zip(schema.names, each)) for each in values], schema=schema)

    return rows(low, none), rows(high), {}


TABLES = {"partitioned": partitioned, "nested": nested, "plain": plain}

for line in sys.stdin:
    asked = json.loads(line)
    try:
        answer = {"read": read, "write": write}[asked["do"]](asked)
    except Exception as error:  # whatever delta-rs says goes into the report
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
