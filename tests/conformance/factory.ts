import { readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { isBoathouseError, messageOf } from "../../src/core/errors.ts";
import { isJsonObject } from "../../src/core/json.ts";
import { parseDateTime } from "../../src/factory/expression/datetime/parse.ts";
import { environmentOf, type ExpressionEnvironment } from "../../src/factory/expression/environment.ts";
import { evaluateExpression } from "../../src/factory/expression/evaluate-expression.ts";
import { tokenize } from "../../src/factory/expression/lexer.ts";
import { parseExpression, parseTemplate } from "../../src/factory/expression/parser.ts";
import type { ExpressionState } from "../../src/factory/expression/state.ts";
import { isArray, isObject, toJson, type Value } from "../../src/factory/expression/value.ts";
import { XmlValue } from "../../src/factory/expression/xml-value.ts";
import { FACTORY_VOCABULARY, statusWord } from "../../src/factory/runtime/vocabulary.ts";
import type { NodeEnd } from "../../src/runs/vocabulary.ts";
import { outcomeOf, type CaseResult, type Suite } from "./suite.ts";

interface Vector {
  readonly id: string;
  readonly expression?: string;
  readonly kind?: "parseExpression" | "parseTemplateExpression" | "scan";
  readonly parses?: boolean;
  readonly state?: ExpressionState;
  readonly now?: string;
  readonly expected?: unknown;
  readonly expectedInt64?: string;
  readonly error?: string;
  readonly activities?: readonly ActivityVector[];
  readonly outcomeIfRun?: Readonly<Record<string, string>>;
  readonly expectedStatus?: Readonly<Record<string, string>>;
  readonly expectedPipeline?: string;
}

interface ActivityVector {
  readonly name: string;
  readonly dependsOn: readonly { readonly activity: string; readonly dependencyConditions: readonly string[] }[];
}

/** What `guid()` gives in the vectors. */
const GUID = "0b79217c-c85d-4f19-8c37-56a15b8143ba";

/** Expressions, grammar and control flow of Data Factory. */
export const suite: Suite = {
  name: "factory",
  *run({ data }) {
    for (const file of readdirSync(data).filter((name) => name.endsWith(".json"))) {
      const group = basename(file, ".json");
      const { vectors } = JSON.parse(readFileSync(join(data, file), "utf8")) as { vectors: Vector[] };
      for (const vector of vectors) {
        if (vector.kind !== undefined) yield checkGrammar(vector, group);
        else if (vector.activities !== undefined) yield checkControlFlow(vector, vector.activities, group);
        else if (vector.expression !== undefined) yield checkExpression(vector, vector.expression, group);
      }
    }
  },
};

function checkGrammar(vector: Vector, group: string): CaseResult {
  const text = vector.expression ?? "";
  const base = { id: vector.id, group };
  try {
    const accepted = accepts(vector.kind, text);
    if (accepted === vector.parses) return { ...base, outcome: "passed" };
    return { ...base, outcome: accepted ? "accepted" : "refused", detail: text };
  } catch (error) {
    if (!isBoathouseError(error)) return { ...base, outcome: "condition", detail: `${text}\n${messageOf(error)}` };
    if (vector.parses === false) return { ...base, outcome: "passed" };
    return { ...base, outcome: "refused", detail: `${text}\n${error.message}` };
  }
}

function accepts(kind: Vector["kind"], text: string): boolean {
  if (kind === "scan") tokenize(text);
  else if (kind === "parseExpression") parseExpression(text);
  else return parseTemplate(text).kind !== "text" || text.startsWith("@");
  return true;
}

/** Walks the activities with the vocabulary that real runs use; what would run ends as the vector says. */
function checkControlFlow(vector: Vector, activities: readonly ActivityVector[], group: string): CaseResult {
  const graph = {
    nodes: activities.map((each) => ({
      id: each.name,
      kind: "Any",
      spec: null,
      dependsOn: each.dependsOn.map((edge) => ({ node: edge.activity, conditions: edge.dependencyConditions })),
    })),
  };
  const ends = new Map<string, NodeEnd>();
  while (ends.size < graph.nodes.length) {
    const ready = graph.nodes.find(
      (node) => !ends.has(node.id) && node.dependsOn.every(({ node: id }) => ends.has(id)),
    );
    if (ready === undefined) throw new Error(`${vector.id}: the activities wait for each other`);
    const upstream = ready.dependsOn.map((dependency) => ({ dependency, ...endOf(dependency.node) }));
    const { run } = FACTORY_VOCABULARY.admit(ready, upstream);
    const status = !run ? "skipped" : vector.outcomeIfRun?.[ready.id] === "Failed" ? "failed" : "succeeded";
    ends.set(ready.id, { status, output: null });
  }
  const statuses = Object.fromEntries([...ends].map(([id, end]) => [id, statusWord(end.status)]));
  const pipeline = statusWord(FACTORY_VOCABULARY.conclude(graph, endOf));
  const right =
    pipeline === vector.expectedPipeline &&
    Object.entries(vector.expectedStatus ?? {}).every(([id, status]) => statuses[id] === status);
  const base = { id: vector.id, group, checks: { value: right } };
  return right
    ? { ...base, outcome: "passed" }
    : { ...base, outcome: "wrong", detail: `${JSON.stringify(statuses)}, pipeline ${pipeline}` };

  function endOf(id: string): NodeEnd {
    return ends.get(id) ?? { status: "skipped", output: null };
  }
}

function checkExpression(vector: Vector, expression: string, group: string): CaseResult {
  const base = { id: vector.id, group };
  let actual: Value;
  try {
    actual = evaluateExpression(expression, vector.state, environment(vector.now));
  } catch (error) {
    const detail = `${expression}\n${messageOf(error)}`;
    if (!isBoathouseError(error)) return { ...base, outcome: "condition", detail };
    return vector.error === undefined ? { ...base, outcome: "refused", detail } : { ...base, outcome: "passed" };
  }
  const shown = `${expression}\nactual:   ${show(actual)}`;
  if (vector.error !== undefined) return { ...base, outcome: "accepted", detail: shown };
  const wanted = vector.expectedInt64 === undefined ? vector.expected : BigInt(vector.expectedInt64);
  const checks = { value: sameContent(actual, wanted), type: sameType(actual, wanted) };
  const outcome = outcomeOf(checks);
  if (outcome === "passed") return { ...base, outcome, checks };
  const expected = typeof wanted === "bigint" ? wanted.toString() : JSON.stringify(wanted);
  return { ...base, outcome, checks, detail: `${shown}\nexpected: ${expected}` };
}

function environment(now: string | undefined): ExpressionEnvironment {
  const base = environmentOf({ ids: { uuid: () => GUID } });
  const fixed = now === undefined ? undefined : parseDateTime(now);
  return fixed === undefined ? base : { ...base, utcNow: () => ({ ...fixed, kind: "utc" }) };
}

function sameContent(actual: Value, wanted: unknown): boolean {
  if (typeof wanted === "bigint") return actual === wanted;
  if (typeof wanted === "number") return Number(actual) === wanted;
  if (Array.isArray(wanted)) {
    if (actual instanceof XmlValue) return wanted[0] === "XML" && actual.text === wanted[1];
    if (!isArray(actual) || actual.length !== wanted.length) return false;
    return actual.every((each, index) => sameContent(each, wanted[index]));
  }
  if (isJsonObject(wanted)) {
    if (!isObject(actual)) return false;
    const found = decoded(actual);
    const names = Object.keys(wanted);
    if (names.length !== Object.keys(found).length) return false;
    return names.every((name) => sameContent(found[name] ?? null, wanted[name]));
  }
  return actual === wanted;
}

/** Vectors spell binary content out. */
function decoded(value: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  const content = value["$content"];
  if (typeof content !== "string") return value;
  const { $content: _, ...rest } = value;
  return { ...rest, $contentDecoded: Buffer.from(content, "base64").toString("utf8") };
}

function sameType(actual: Value, wanted: unknown): boolean {
  if (typeof wanted === "number") return typeof actual === "number" || typeof actual === "bigint";
  if (actual instanceof XmlValue) return Array.isArray(wanted) && wanted[0] === "XML";
  if (Array.isArray(wanted)) return isArray(actual);
  if (isJsonObject(wanted)) return isObject(actual);
  return actual === null ? wanted === null : typeof actual === typeof wanted;
}

function show(value: Value): string {
  return typeof value === "bigint" ? value.toString() : JSON.stringify(toJson(value));
}
