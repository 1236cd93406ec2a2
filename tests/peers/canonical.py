"""What the readers in Python share: rows in the form of `canonical.ts`, and their checksum."""

import datetime
import decimal
import hashlib
import json
import struct


def scalar(value):
    """A value that is no list, map or struct."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return "NaN" if value != value else struct.pack(">d", value).hex()
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        if value.tzinfo is not None:
            value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
        text = value.isoformat(sep=" ")
        return text.rstrip("0") if "." in text else text
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    raise TypeError(f"A value of {type(value).__name__} has no canonical form.")


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def sorted_pairs(pairs):
    return sorted(pairs, key=lambda pair: compact(pair).encode())


def write_rows(rows, path):
    """Puts canonical rows into a file, a line each; gives their count and checksum."""
    total, count = 0, 0
    with open(path, "w", encoding="utf-8", newline="\n") as out:
        for row in rows:
            line = compact(row)
            total += int.from_bytes(hashlib.sha256(line.encode()).digest()[:16], "big")
            count += 1
            out.write(line + "\n")
    return {"rows": count, "checksum": format(total % (1 << 128), "032x")}
