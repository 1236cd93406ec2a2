/** What an independent reader says of a table. */
export interface ReadTable {
  /** As JSON, in Delta's form. */
  readonly schema: string;
  readonly rows: number;
  /** See `Content` in `canonical.ts`. */
  readonly checksum: string;
}

/** A reader in a process of its own. All throw what it says of a failure. */
export interface Reader {
  readonly name: string;
  /** Puts the rows of a table, each in its canonical form (see `canonical.ts`), into the file `rows`. */
  read(path: string, rows: string): Promise<ReadTable>;
  close(): Promise<void>;
}
