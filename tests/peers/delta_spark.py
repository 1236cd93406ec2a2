"""Spark with delta-spark as a process that answers: one JSON request a line on standard input, one JSON answer a line on
standard output. Its arguments are the folder of its jars, and the packages to put there when it is empty.

{"do": "start"} -> {"spark": version}
{"do": "run", "statements": [statement]} -> {}
{"do": "read", "path": path, "rows": file} -> {"schema": JSON, "rows": count, "checksum": digits}
{"do": "query", "query": query, "rows": file, "columns": [name]} -> the same; without "columns": all of them
Any of them -> {"error": message, "condition": name of the error condition, or null}
"""

import datetime
import decimal
import glob
import json
import os
import sys
import time

os.environ["TZ"] = "UTC"
time.tzset()

import py4j.protocol
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql.types import ArrayType, DecimalType, MapType, StructType, TimestampNTZType, TimestampType, VariantType

from canonical import scalar, sorted_pairs, write_rows

EXACT = decimal.Context(prec=38, traps=[decimal.Inexact, decimal.InvalidOperation])
EPOCH = datetime.datetime(1970, 1, 1)


def from_microseconds(kind, value):
    """Python's own way through local time does not reach the year 1."""
    return None if value is None else EPOCH + datetime.timedelta(microseconds=value)


TimestampType.fromInternal = from_microseconds
TimestampNTZType.fromInternal = from_microseconds

answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)

folder, packages = sys.argv[1], sys.argv[2]
# Of what Delta depends on, all else comes with Spark.
jars = glob.glob(os.path.join(folder, "jars", "io.delta_*.jar")) + glob.glob(os.path.join(folder, "jars", "io.unity*.jar"))
builder = (
    SparkSession.builder.master("local[1]")
    .config("spark.ui.enabled", "false")
    .config("spark.ui.showConsoleProgress", "false")
    .config("spark.driver.memory", "1g")
    .config("spark.driver.extraJavaOptions", "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Duser.timezone=UTC")
    .config("spark.jars.ivy", folder)
    .config("spark.sql.session.timeZone", "UTC")
    .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
    .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
    .config("spark.sql.warehouse.dir", os.path.join(folder, "warehouse"))
    .config("spark.sql.shuffle.partitions", "1")
    .config("spark.databricks.delta.snapshotPartitions", "1")
    .config("spark.databricks.delta.retentionDurationCheck.enabled", "false")
    # Compiling code for a handful of rows costs more than it saves.
    .config("spark.sql.adaptive.enabled", "false")
    .config("spark.sql.codegen.wholeStage", "false")
    .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
)
builder = builder.config("spark.jars", ",".join(jars)) if jars else builder.config("spark.jars.packages", packages)
spark = builder.getOrCreate()
spark.sparkContext.setLogLevel("OFF")


def canonical(value, kind):
    if value is None:
        return None
    if isinstance(kind, StructType):
        return [canonical(value[index], field.dataType) for index, field in enumerate(kind)]
    if isinstance(kind, ArrayType):
        return [canonical(each, kind.elementType) for each in value]
    if isinstance(kind, MapType):
        pairs = [[canonical(key, kind.keyType), canonical(each, kind.valueType)] for key, each in value.items()]
        return sorted_pairs(pairs)
    if isinstance(kind, VariantType):
        return value.toJson()
    if isinstance(kind, DecimalType):
        # Spark hands some of them over with another scale.
        return scalar(value.quantize(decimal.Decimal(1).scaleb(-kind.scale), context=EXACT))
    if isinstance(value, datetime.timedelta):
        return str(value)
    return scalar(value)


def answer_rows(frame, path):
    schema = frame.schema
    rows = ([canonical(value, field.dataType) for value, field in zip(row, schema)] for row in frame.collect())
    return {"schema": schema.json(), **write_rows(rows, path)}


def run(request):
    for statement in request["statements"]:
        spark.sql(statement)
    return {}


def query(request):
    frame = spark.sql(request["query"])
    columns = request.get("columns")
    return answer_rows(frame.select(*columns) if columns else frame, request["rows"])


ACTIONS = {
    "start": lambda request: {"spark": spark.version},
    "run": run,
    "read": lambda request: answer_rows(spark.sql(f"SELECT * FROM delta.`{request['path']}`"), request["rows"]),
    "query": query,
}


def failure(error):
    condition = error.getCondition() if isinstance(error, PySparkException) else None
    if isinstance(error, py4j.protocol.Py4JJavaError):
        error = error.java_exception.toString()
    return {"error": str(error).split("\n\tat ")[0][:2000], "condition": condition}


for line in sys.stdin:
    asked = json.loads(line)
    try:
        answer = ACTIONS[asked["do"]](asked)
    except Exception as error:  # whatever Spark says goes into the report
        answer = failure(error)
    print(json.dumps(answer), file=answers)
