/** Counts of an operation, in the names of Delta Lake's `operationMetrics`. */
export type Metrics = Readonly<Record<string, number>>;

export interface OperationCounts {
  readonly addedFiles: number;
  readonly addedBytes: number;
  readonly writtenRows: number;
  readonly removedFiles: number;
  readonly removedBytes: number;
  /** Change data files. */
  readonly changeFiles: number;
  /** Milliseconds. */
  readonly executionTime: number;
}

/** The metrics that follow from the files alone; the engine adds those that only it knows. */
export function defaultMetrics(operation: string, counts: OperationCounts): Metrics {
  if (operation === "MERGE") {
    return {
      numTargetFilesAdded: counts.addedFiles,
      numTargetFilesRemoved: counts.removedFiles,
      numTargetBytesAdded: counts.addedBytes,
      numTargetBytesRemoved: counts.removedBytes,
      numTargetChangeFilesAdded: counts.changeFiles,
      numOutputRows: counts.writtenRows,
      executionTimeMs: counts.executionTime,
    };
  }
  if (operation === "DELETE" || operation === "UPDATE" || operation === "OPTIMIZE") {
    return {
      numAddedFiles: counts.addedFiles,
      numAddedBytes: counts.addedBytes,
      numRemovedFiles: counts.removedFiles,
      numRemovedBytes: counts.removedBytes,
      ...(operation === "OPTIMIZE"
        ? {}
        : { numAddedChangeFiles: counts.changeFiles, executionTimeMs: counts.executionTime }),
    };
  }
  if (/WRITE|SELECT|STREAMING|INSERT|COPY/.test(operation)) {
    return {
      numFiles: counts.addedFiles,
      numOutputRows: counts.writtenRows,
      numOutputBytes: counts.addedBytes,
      ...(counts.removedFiles === 0
        ? {}
        : { numRemovedFiles: counts.removedFiles, numRemovedBytes: counts.removedBytes }),
      ...(counts.changeFiles === 0 ? {} : { numAddedChangeFiles: counts.changeFiles }),
    };
  }
  return {};
}
