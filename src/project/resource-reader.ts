import { BoathouseError } from "../core/errors.ts";
import type { DocumentPath } from "../core/document.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import { didYouMean } from "../core/nearest.ts";
import type { BundleResource } from "./bundle.ts";

/** What a bundle may say of every catalog object without an effect on one machine. */
const WITHOUT_EFFECT: readonly string[] = ["lifecycle"];

/** Reads the settings of a resource, each with its type; what nobody asked for is refused by `finish`. */
export class ResourceReader {
  readonly #resource: BundleResource;
  readonly #what: string;
  readonly #path: DocumentPath;
  readonly #settings: JsonObject;
  readonly #known = new Set<string>(["comment", "grants", ...WITHOUT_EFFECT]);

  constructor(
    resource: BundleResource,
    what: string,
    settings: JsonObject = resource.settings,
    path: DocumentPath = [],
  ) {
    this.#resource = resource;
    this.#what = what;
    this.#settings = settings;
    this.#path = path;
  }

  text(key: string): string | undefined {
    const value = this.#value(key);
    if (value === undefined || typeof value === "string") return value;
    throw this.problem(key, `\`${key}\` is text.`);
  }

  requiredText(key: string): string {
    const value = this.text(key);
    if (value !== undefined && value !== "") return value;
    throw this.problem(key, `The ${this.#what} \`${this.#resource.key}\` has no \`${key}\`.`);
  }

  flag(key: string): boolean | undefined {
    const value = this.#value(key);
    if (value === undefined || typeof value === "boolean") return value;
    throw this.problem(key, `\`${key}\` is true or false.`);
  }

  choice<T extends string>(key: string, choices: readonly T[]): T | undefined {
    const value = this.text(key);
    const found = choices.find((each) => each === value);
    if (found !== undefined || value === undefined) return found;
    throw this.problem(key, `\`${key}\` is ${choices.join(" or ")}.`, didYouMean(value, choices));
  }

  object(key: string): ResourceReader {
    const value = this.#value(key);
    if (isJsonObject(value)) return new ResourceReader(this.#resource, this.#what, value, [...this.#path, key]);
    throw this.problem(key, `The ${this.#what} \`${this.#resource.key}\` has no \`${key}\`.`);
  }

  /** A mapping from names to text, under its own key. */
  texts<K extends string>(key: K): { readonly [name in K]?: Readonly<Record<string, string>> } {
    const value = this.#value(key);
    if (value === undefined) return {};
    if (!isJsonObject(value)) throw this.problem(key, `\`${key}\` is a mapping from names to text.`);
    const texts = Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, typeof each === "string" ? each : JSON.stringify(each)]),
    );
    return { [key]: texts } as { readonly [name in K]?: Readonly<Record<string, string>> };
  }

  grants(): { readonly principal: string; readonly privileges: readonly string[] }[] {
    const value = this.#value("grants");
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw this.problem("grants", "`grants` is a list.");
    return value.map((each: Json) => {
      const { principal, privileges, ...rest } = isJsonObject(each) ? each : {};
      const list = Array.isArray(privileges) ? privileges.filter((one) => typeof one === "string") : [];
      if (typeof principal !== "string" || list.length === 0 || Object.keys(rest).length > 0) {
        throw this.problem("grants", "A grant has a `principal` and a list of `privileges`.");
      }
      return { principal, privileges: list };
    });
  }

  /** Refuses what is there and was not asked for. */
  finish(): void {
    for (const key of Object.keys(this.#settings)) {
      if (this.#known.has(key)) continue;
      const known = [...this.#known];
      throw this.problem(
        key,
        `A ${this.#what} has no property \`${key}\` here.`,
        didYouMean(key, known) ?? `Known: ${known.join(", ")}.`,
        "key",
      );
    }
  }

  problem(key: string, message: string, hint?: string, part: "key" | "value" = "value"): BoathouseError {
    const location = this.#resource.locate([...this.#path, key], part);
    return new BoathouseError("BUNDLE_INVALID", message, {
      ...(location === undefined ? {} : { location }),
      ...(this.#resource.source === undefined ? {} : { source: this.#resource.source }),
      ...(hint === undefined ? {} : { hint }),
    });
  }

  #value(key: string): Json | undefined {
    this.#known.add(key);
    return this.#settings[key] ?? undefined;
  }
}
