import { BoathouseError } from "../core/errors.ts";
import { didYouMean, nearest } from "../core/nearest.ts";

/** Options as a statement gives them: names in any case. */
export type OptionValues = Readonly<Record<string, string>>;

/**
 * One option of a format: a row of the table that reading, writing and the documentation share. A `refused` option is
 * one that Spark has and we do not: naming it is an error, except with its default.
 */
export interface Option {
  readonly name: string;
  /** Other spellings. */
  readonly aliases?: readonly string[];
  readonly type: "string" | "character" | "boolean" | "integer" | "number" | "choice";
  /** For `choice`: the values, in Spark's spelling. Any case is taken. */
  readonly choices?: readonly string[];
  /** As it would be written; absent where there is none. */
  readonly default?: string;
  readonly description: string;
  readonly use: "read" | "write" | "both";
  /** Why it cannot be set, as the end of a sentence that begins with the option. */
  readonly refused?: string;
}

/** A format's options, as the user gave them: typed access by the names of the table. */
export class Options {
  readonly owner: string;
  readonly #table: ReadonlyMap<string, Option>;
  readonly #given: ReadonlyMap<string, string>;

  constructor(owner: string, table: ReadonlyMap<string, Option>, given: ReadonlyMap<string, string>) {
    this.owner = owner;
    this.#table = table;
    this.#given = given;
  }

  /** What was given, or undefined: the default does not count. */
  given(name: string): string | undefined {
    this.#row(name);
    return this.#given.get(name);
  }

  text(name: string): string | undefined {
    return this.#given.get(name) ?? this.#row(name).default;
  }

  string(name: string): string {
    return this.text(name) ?? "";
  }

  boolean(name: string): boolean {
    return this.string(name).toLowerCase() === "true";
  }

  integer(name: string): number {
    return Number(this.string(name));
  }

  /** One of the choices, in the table's spelling. */
  choice(name: string): string {
    const value = this.string(name).toLowerCase();
    return this.#row(name).choices?.find((each) => each.toLowerCase() === value) ?? value;
  }

  #row(name: string): Option {
    const row = this.#table.get(name);
    if (row === undefined) {
      throw new BoathouseError("INTERNAL_ERROR", `The options of ${this.owner} have no "${name}".`, { kind: "defect" });
    }
    return row;
  }
}

/**
 * Reads options by a table. Throws `UNKNOWN_OPTION` with the nearest name, `UNSUPPORTED_OPTION` for what is known but
 * refused, `INVALID_OPTION_VALUE`.
 */
export function readOptions(
  owner: string,
  table: readonly Option[],
  given: OptionValues,
  use: "read" | "write",
): Options {
  const spellings = new Map<string, Option>();
  for (const option of table) {
    for (const name of [option.name, ...(option.aliases ?? [])]) spellings.set(name.toLowerCase(), option);
  }
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(given)) {
    const option = spellings.get(name.toLowerCase());
    if (option === undefined) throw unknownOption(owner, name, table);
    check(owner, option, name, value, use);
    values.set(option.name, value);
  }
  return new Options(owner, new Map(table.map((option) => [option.name, option])), values);
}

/** Is that the name of an option in the table? Any case, aliases included. */
export function hasOption(table: readonly Option[], name: string): boolean {
  const wanted = name.toLowerCase();
  return table.some((option) =>
    [option.name, ...(option.aliases ?? [])].some((spelling) => spelling.toLowerCase() === wanted),
  );
}

export function unknownOption(owner: string, name: string, table: readonly Option[]): BoathouseError {
  const names = table.filter((option) => option.refused === undefined).map((option) => option.name);
  const guess = didYouMean(name, names);
  const hint = guess ?? `${owner} has the options ${names.toSorted().join(", ")}.`;
  return new BoathouseError("UNKNOWN_OPTION", `${owner} has no option "${name}".`, {
    hint,
    details: { option: name, ...(guess === undefined ? {} : { nearest: nearest(name, names)[0] }) },
  });
}

function check(owner: string, option: Option, name: string, value: string, use: "read" | "write"): void {
  const isDefault = option.default !== undefined && value.toLowerCase() === option.default.toLowerCase();
  if (option.refused !== undefined && !isDefault) {
    throw new BoathouseError("UNSUPPORTED_OPTION", `${owner}: the option "${name}" ${option.refused}.`, {
      details: { option: option.name },
      hint: `Leave "${name}" out.`,
    });
  }
  if (option.use !== "both" && option.use !== use) {
    throw new BoathouseError("UNSUPPORTED_OPTION", `${owner}: the option "${name}" is only for ${verb(option.use)}.`, {
      details: { option: option.name },
    });
  }
  if (!isValid(option, value)) {
    throw new BoathouseError("INVALID_OPTION_VALUE", `${owner}: "${value}" is no value for the option "${name}".`, {
      details: { option: option.name, value },
      hint: expectation(option, value),
    });
  }
}

function isValid(option: Option, value: string): boolean {
  switch (option.type) {
    case "boolean":
      return /^(true|false)$/i.test(value);
    case "integer":
      return /^-?\d{1,15}$/.test(value);
    case "number":
      return value.trim() !== "" && Number.isFinite(Number(value));
    case "character":
      return value.length <= 1;
    case "choice":
      return option.choices?.some((each) => each.toLowerCase() === value.toLowerCase()) ?? false;
    case "string":
      return true;
  }
}

function expectation(option: Option, value: string): string {
  switch (option.type) {
    case "boolean":
      return "It takes true or false.";
    case "integer":
      return "It takes a whole number.";
    case "number":
      return "It takes a number.";
    case "character":
      return "It takes one character, or none.";
    case "choice": {
      const choices = option.choices ?? [];
      return didYouMean(value, choices) ?? `It takes ${choices.join(", ")}.`;
    }
    case "string":
      return "It takes text.";
  }
}

function verb(use: "read" | "write"): string {
  return use === "read" ? "reading" : "writing";
}
