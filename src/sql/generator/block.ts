/** One SELECT in the making: clauses are added in the order in which SQL evaluates them, and wrapped when one is too late. */
export interface Block {
  readonly from: string;
  readonly where: readonly string[];
  /** What is selected, each with its SQL name; undefined passes everything on. */
  readonly items: readonly string[] | undefined;
  readonly distinct: boolean;
  readonly groupBy: string | undefined;
  readonly orderBy: string | undefined;
  readonly limit: string | undefined;
  readonly offset: string | undefined;
  /** `WITH …`, before everything. */
  readonly prefix: string;
}

export function blockOf(from: string): Block {
  return {
    from,
    where: [],
    items: undefined,
    distinct: false,
    groupBy: undefined,
    orderBy: undefined,
    limit: undefined,
    offset: undefined,
    prefix: "",
  };
}

export function render(block: Block): string {
  const { from, where, items, groupBy, orderBy, limit, offset } = block;
  const list = items === undefined ? (from === "" ? "1" : "*") : items.length === 0 ? "1" : items.join(", ");
  return [
    `${block.prefix}SELECT ${block.distinct ? "DISTINCT " : ""}${list}`,
    from === "" ? "" : `FROM ${from}`,
    where.length === 0 ? "" : `WHERE ${where.map((each) => (where.length > 1 ? `(${each})` : each)).join(" AND ")}`,
    groupBy === undefined ? "" : `GROUP BY ${groupBy}`,
    orderBy === undefined ? "" : `ORDER BY ${orderBy}`,
    limit === undefined ? "" : `LIMIT ${limit}`,
    offset === undefined ? "" : `OFFSET ${offset}`,
  ]
    .filter((part) => part !== "")
    .join(" ");
}

/** The block as something that stands in FROM. */
export function asFrom(block: Block): string {
  return isBare(block) && block.from !== "" ? block.from : `(${render(block)})`;
}

/** Nothing but FROM? */
export function isBare(block: Block): boolean {
  return isOpen(block) && block.where.length === 0;
}

/** Can WHERE still be added? */
export function isOpen(block: Block): boolean {
  return block.items === undefined && !isClosed(block) && block.prefix === "" && block.groupBy === undefined;
}

/** Are order and limit set, so that nothing else fits? */
function isClosed(block: Block): boolean {
  return block.limit !== undefined || block.offset !== undefined || block.orderBy !== undefined || block.distinct;
}

export function wrapped(block: Block): Block {
  return blockOf(`(${render(block)})`);
}
