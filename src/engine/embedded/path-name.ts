/** A place in place of a name: ``delta.`/data/t` ``, ``parquet.`abfss://…` ``. */
export interface PathName {
  /** In lower case. */
  readonly format: string;
  /** As written. */
  readonly path: string;
}

/** What the parts of a name say, if they name a place; undefined for every other name. */
export function pathName(parts: readonly string[]): PathName | undefined {
  const [format = "", path = ""] = parts;
  return parts.length === 2 && /[/:]/.test(path) ? { format: format.toLowerCase(), path } : undefined;
}

/** The name as a statement writes it. */
export function pathText({ format, path }: PathName): string {
  return `${format}.\`${path.replaceAll("`", "``")}\``;
}
