import type { DeltaTable } from "../../src/delta/table.ts";

/** Where a commit waits for its turn. */
export class Gate {
  readonly reached: Promise<void>;
  readonly opened: Promise<void>;
  reach: () => void = () => undefined;
  open: () => void = () => undefined;

  constructor() {
    this.reached = new Promise((resolve) => (this.reach = resolve));
    this.opened = new Promise((resolve) => (this.open = resolve));
  }
}

/** The table, whose transactions commit when the gate is opened. */
export function gated(table: DeltaTable, gate: Gate): DeltaTable {
  return new Proxy(table, {
    get(target, property) {
      if (property !== "begin") {
        const value: unknown = Reflect.get(target, property, target);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      }
      return async (...given: Parameters<DeltaTable["begin"]>) => {
        const transaction = await target.begin(...given);
        const commit = transaction.commit.bind(transaction);
        transaction.commit = async () => {
          gate.reach();
          await gate.opened;
          return commit();
        };
        return transaction;
      };
    },
  });
}
