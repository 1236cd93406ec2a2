/** What is right of a table of the pack of which readers differ or are wrong, by its path. */
export interface Decision {
  /** The reader that is right; `ours`: none of them, what we give; `refusal`: whoever refuses. */
  readonly right: "Spark" | "delta-rs" | "ours" | "refusal";
  /** By the protocol. */
  readonly reason: string;
}

export const DECISIONS: Readonly<Record<string, Decision>> = {};
