/** The SQL name of a column: its identity, so that no two columns of a statement are confused. */
export function columnName(id: number): string {
  return `"c${id}"`;
}
