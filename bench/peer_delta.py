"""A change of a Delta table by delta-rs or by Spark with delta-spark, measured alone: start-up and imports are left out.

Arguments: delta-rs | spark, upsert | optimize, the table's folder, the Parquet file of new rows, and for Spark the folder
of its jars. Writes {"seconds": of the change, "peakMemory": bytes of the process and its children} to standard output.
"""

import glob
import json
import os
import resource
import sys
import time

engine, work, table, source = sys.argv[1:5]
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def with_delta_rs():
    import pyarrow.parquet
    from deltalake import DeltaTable

    target = DeltaTable(table)
    if work == "optimize":
        return lambda: target.optimize.compact(target_size=256 * 1024 * 1024)
    rows = pyarrow.parquet.read_table(source)
    merge = target.merge(rows, "t.id = s.id", source_alias="s", target_alias="t")
    return lambda: merge.when_matched_update_all().when_not_matched_insert_all().execute()


def with_spark():
    from pyspark.sql import SparkSession

    jars = sys.argv[5]
    found = glob.glob(os.path.join(jars, "jars", "io.delta_*.jar")) + glob.glob(os.path.join(jars, "jars", "io.unity*.jar"))
    spark = (
        SparkSession.builder.master("local[*]")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.memory", "6g")
        .config("spark.jars", ",".join(found))
        .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
        .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
        .config("spark.sql.shuffle.partitions", str(os.cpu_count()))
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    # The first query pays for the start of much, and is not the one to measure.
    spark.sql(f"SELECT count(*) FROM delta.`{table}` WHERE id < 10").collect()
    if work == "optimize":
        return lambda: spark.sql(f"OPTIMIZE delta.`{table}`").collect()
    statement = (
        f"MERGE INTO delta.`{table}` t USING parquet.`{source}` s ON t.id = s.id "
        "WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"
    )
    return lambda: spark.sql(statement).collect()


def peak(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        for line in status:
            if line.startswith("VmHWM"):
                return int(line.split()[1]) * 1024
    return 0


def children():
    with open(f"/proc/self/task/{os.getpid()}/children", encoding="utf-8") as listed:
        return listed.read().split()


change = with_delta_rs() if engine == "delta-rs" else with_spark()
started = time.perf_counter()
change()
seconds = time.perf_counter() - started
if os.path.exists("/proc/self/status"):
    memory = peak("self") + sum(peak(pid) for pid in children())
else:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
answers.write(json.dumps({"seconds": seconds, "peakMemory": memory}) + "\n")
answers.flush()
os._exit(0)
