import type { Row } from "../../src/core/value.ts";

/** What a key holds, and which insertion brought it: `birth` stays while the row is only updated or moved. */
export interface Held {
  readonly value: number;
  readonly birth: number;
}

export type State = ReadonlyMap<number, Held>;

/** What an operation does to the rows of a table. */
export type Change = (state: State) => State;

/** What a table holds at each version, when the commits happened one after the other. */
export class SerialModel {
  readonly versions: State[] = [new Map()];
  /** When the operation of a version began: its removals are dated so. */
  readonly #began: number[] = [0];
  #births = 0;

  get newest(): number {
    return this.versions.length - 1;
  }

  at(version: number): State {
    const state = this.versions[version];
    if (state === undefined) throw new Error(`The model has no version ${version}.`);
    return state;
  }

  commit(change: Change, began: number): void {
    this.versions.push(change(this.at(this.newest)));
    this.#began.push(began);
  }

  birth(): number {
    this.#births += 1;
    return this.#births;
  }

  /** The oldest time from which something committed after a version dates. */
  since(version: number): number {
    return Math.min(...this.#began.slice(version + 1), Number.POSITIVE_INFINITY);
  }

  /** The oldest version that a VACUUM with this cutoff leaves whole. */
  floor(cutoff: number): number {
    return this.versions.findIndex((_, version) => this.since(version) >= cutoff);
  }

  put(rows: readonly (readonly [key: number, value: number])[]): Change {
    return (state) => {
      const next = new Map(state);
      for (const [key, value] of rows) next.set(key, { value, birth: next.get(key)?.birth ?? this.birth() });
      return next;
    };
  }

  /** Rows as `[key, value]`, by key. */
  rows(version: number): [number, number][] {
    return [...this.at(version)]
      .map(([key, { value }]): [number, number] => [key, value])
      .toSorted(([a], [b]) => a - b);
  }

  /** How often each row came, less how often it went, between two versions. */
  difference(from: number, to: number): Map<string, number> {
    const counts = new Map<string, number>();
    const count = (version: number, by: number): void => {
      for (const row of this.rows(version)) {
        const key = row.join(" ");
        counts.set(key, (counts.get(key) ?? 0) + by);
      }
    };
    count(to, 1);
    count(from, -1);
    return new Map([...counts].filter(([, n]) => n !== 0));
  }
}

/** Something that a row has besides its values, which must be unique and stay: its row id, its identity value. */
export class Badges {
  readonly #byBirth = new Map<number, bigint>();
  readonly #births = new Map<bigint, number>();

  /** What is wrong; undefined: nothing. */
  check(state: State, rows: readonly Row[], column: string): string | undefined {
    for (const row of rows) {
      const key = Number(row["key"]);
      const birth = state.get(key)?.birth;
      const badge = row[column];
      if (birth === undefined || typeof badge !== "bigint") return `key ${key} has no ${column}`;
      const known = this.#byBirth.get(birth);
      if (known !== undefined && known !== badge) return `${column} of key ${key} was ${known}, is ${badge}`;
      const owner = this.#births.get(badge);
      if (owner !== undefined && owner !== birth) return `${column} ${badge} of key ${key} is another row's`;
      this.#byBirth.set(birth, badge);
      this.#births.set(badge, birth);
    }
    return undefined;
  }
}
