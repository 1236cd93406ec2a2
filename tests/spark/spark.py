"""Spark as a process that answers: one JSON request a line on standard input, one JSON answer a line on standard output.

{"do": "run", "ansi": bool, "timeZone": str, "setup": [statement], "queries": [query]}
    -> {"results": [{"columns": [[name, type, nullable]], "rows": [text]} | {"error": condition, "message": str}]}
    Rows have the text of the spark-sql shell, with a tab between columns. `setup` must succeed.
{"do": "examples"}
    -> {"examples": {function: text of the examples in its documentation}}
"""

import json
import os
import sys

import py4j.java_gateway
import py4j.protocol
from pyspark.sql import SparkSession
from pyspark.sql.types import StructType

answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)

spark = (
    SparkSession.builder.master("local[1]")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.timeType.enabled", "true")
    .config("spark.ui.showConsoleProgress", "false")
    .config("spark.driver.memory", "1g")
    .config("spark.driver.extraJavaOptions", "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:MaxJavaStackTraceDepth=20")
    .config("spark.sql.shuffle.partitions", "1")
    .config("spark.sql.adaptive.enabled", "false")
    # As the spark-sql shell has it: java.sql's dates have another calendar before 1582.
    .config("spark.sql.datetime.java8API.enabled", "true")
    # Compiling code for a handful of rows costs more than it saves.
    .config("spark.sql.codegen.wholeStage", "false")
    .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("OFF")
# PySpark's own translation of exceptions reads the whole stack trace of each.
py4j.java_gateway.get_return_value = py4j.protocol.get_return_value

jvm = spark._jvm
session = spark._jsparkSession
hive = jvm.org.apache.spark.sql.execution.HiveResult
SEPARATOR = "\x1e"


def run(query):
    try:
        frame = session.sql(query)
        schema = StructType.fromJson(json.loads(frame.schema().json()))
        rows = hive.hiveResultString(frame.queryExecution().executedPlan())
        text = rows.mkString(SEPARATOR) if rows.nonEmpty() else None
    except py4j.protocol.Py4JJavaError as error:
        return failure(error.java_exception)
    return {
        "columns": [[each.name, each.dataType.simpleString(), each.nullable] for each in schema.fields],
        "rows": [] if text is None else text.split(SEPARATOR),
    }


def failure(thrown):
    """The first exception on the way to the cause that names a condition."""
    cause = thrown
    while cause is not None:
        try:
            condition = cause.getCondition()
        except py4j.protocol.Py4JError:
            condition = None
        if condition is not None:
            return {"error": condition, "message": cause.getMessage()}
        cause = cause.getCause()
    return {"error": thrown.getClass().getName(), "message": str(thrown.getMessage())}


def examples():
    found = {}
    entries = jvm.org.apache.spark.sql.catalyst.analysis.FunctionRegistry.expressions().iterator()
    while entries.hasNext():
        entry = entries.next()
        found[entry._1()] = entry._2()._1().getExamples()
    return found


def answer(request):
    if request["do"] == "examples":
        return {"examples": examples()}
    session.conf().set("spark.sql.ansi.enabled", str(request["ansi"]).lower())
    session.conf().set("spark.sql.session.timeZone", request["timeZone"])
    for statement in request.get("setup", []):
        session.sql(statement)
    return {"results": [run(query) for query in request["queries"]]}


for line in sys.stdin:
    try:
        print(json.dumps(answer(json.loads(line))), file=answers)
    except Exception as error:  # noqa: BLE001
        print(json.dumps({"failure": str(error)}), file=answers)
