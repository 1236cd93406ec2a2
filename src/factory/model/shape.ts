/**
 * What a part of a factory's JSON may look like. Shapes are data: validation walks them, and the reference tables of
 * what is supported are made from them.
 */
export type Shape =
  | ScalarShape
  | AnyShape
  | ListShape
  | RecordShape
  | ObjectShape
  | VariantShape
  | ReferenceShape
  | ActivitiesShape
  | SecretShape;

interface Fixable {
  /** Must be written out: an expression is refused. */
  readonly fixed?: true;
}

export interface ScalarShape extends Fixable {
  readonly kind: "string" | "integer" | "boolean" | "timespan";
  readonly oneOf?: readonly string[];
  readonly least?: number;
  readonly most?: number;
}

/** Any JSON; expressions in it are checked. */
export interface AnyShape {
  readonly kind: "any";
  /** What an expression here must give. */
  readonly gives?: "boolean" | "array";
}

export interface ListShape extends Fixable {
  readonly kind: "list";
  readonly items: Shape;
}

/** An object with names of the user's own. */
export interface RecordShape extends Fixable {
  readonly kind: "record";
  readonly values: Shape;
}

export interface ObjectShape {
  readonly kind: "object";
  readonly members: Readonly<Record<string, Member>>;
}

/** An object whose `type` says what else is in it. */
export interface VariantShape {
  readonly kind: "variant";
  readonly what: string;
  readonly cases: Readonly<Record<string, ObjectShape>>;
  /** Types that Data Factory has and that do not run here. */
  readonly refused?: readonly string[];
}

export interface ReferenceShape {
  readonly kind: "reference";
  readonly to: "pipeline" | "dataset" | "linkedService";
}

/** Activities inside an activity. */
export interface ActivitiesShape {
  readonly kind: "activities";
}

/** Text, a `SecureString`, or an `AzureKeyVaultSecret`. */
export interface SecretShape {
  readonly kind: "secret";
}

export interface Member {
  readonly shape: Shape;
  readonly required?: true;
  /** Data Factory knows it, this does not do it: refused, for this reason. */
  readonly refused?: string;
  /** Accepted without effect, because it tunes what does not exist here. */
  readonly inert?: string;
}

export const text: ScalarShape = { kind: "string" };
export const integer: ScalarShape = { kind: "integer" };
export const flag: ScalarShape = { kind: "boolean" };
/** `[d.]hh:mm:ss`. */
export const timespan: ScalarShape = { kind: "timespan" };
export const anything: AnyShape = { kind: "any" };
export const secret: SecretShape = { kind: "secret" };
export const activities: ActivitiesShape = { kind: "activities" };

export function oneOf(...values: readonly string[]): ScalarShape {
  return { kind: "string", oneOf: values };
}

export function fixed<S extends ScalarShape | ListShape | RecordShape>(shape: S): S {
  return { ...shape, fixed: true };
}

export function between(least: number, most: number): ScalarShape {
  return { kind: "integer", least, most };
}

export function list(items: Shape): ListShape {
  return { kind: "list", items };
}

export function record(values: Shape): RecordShape {
  return { kind: "record", values };
}

export function object(members: Readonly<Record<string, Shape | Member>>): ObjectShape {
  return {
    kind: "object",
    members: Object.fromEntries(
      Object.entries(members).map(([name, each]) => [name, "shape" in each ? each : { shape: each }]),
    ),
  };
}

export function required(shape: Shape): Member {
  return { shape, required: true };
}

export function refused(reason: string): Member {
  return { shape: anything, refused: reason };
}

export function inert(reason: string): Member {
  return { shape: anything, inert: reason };
}

export function reference(to: ReferenceShape["to"]): ReferenceShape {
  return { kind: "reference", to };
}

export function variant(
  what: string,
  cases: Readonly<Record<string, ObjectShape>>,
  refusedTypes: readonly string[] = [],
): VariantShape {
  return { kind: "variant", what, cases, refused: refusedTypes };
}
