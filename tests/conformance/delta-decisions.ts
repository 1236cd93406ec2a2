/** What is right of a table of the pack of which readers differ or are wrong, by its path. */
export interface Decision {
  /** The reader that is right; `ours`: none of them, what we give; `refusal`: whoever refuses. */
  readonly right: "Spark" | "delta-rs" | "ours" | "refusal";
  /** By the protocol. */
  readonly reason: string;
}

const VARIANT: Decision = {
  right: "Spark",
  reason: "delta-rs shows a VARIANT as the struct of its two binary parts: the same values in another form.",
};

export const DECISIONS: Readonly<Record<string, Decision>> = {
  "delta-golden/spark-variant-checkpoint": VARIANT,
  "delta-kernel-java/spark-variant-checkpoint": VARIANT,
  "duckdb-delta/inlined/unshredded-variant": VARIANT,
  "kernel-rs-data/unshredded-variant": VARIANT,
  "delta-rs/table_with_edge_timestamps": {
    right: "Spark",
    reason: "delta-rs reads INT96 as nanoseconds in 64 bits, in which the year 9999 overflows.",
  },
  "kernel-rs-data/compacted-log-files-table": {
    right: "delta-rs",
    reason:
      "The commits leave a file of 8 rows, 6 of them deleted, and one of 3. The compaction files that Spark reads hold actions of one file more than once, which the protocol does not allow.",
  },
  "kernel-rs-data/table-with-geo": {
    right: "ours",
    reason: "Neither reader knows the feature geospatial. The table has no rows.",
  },
};
