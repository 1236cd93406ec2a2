import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument as parseYaml, type Node } from "yaml";
import { BoathouseError, type SourceLocation } from "./errors.ts";
import type { Json } from "./json.ts";

/** A JSON or YAML file as data that still knows where each part of it stands. */
export interface SourceDocument {
  readonly file: string | undefined;
  readonly text: string;
  readonly value: Json;
  /**
   * Where the value at a path stands, or (with `key`) its key; the nearest part above it where the path leads nowhere.
   */
  locate(path: DocumentPath, part?: "key" | "value"): SourceLocation;
}

export type DocumentPath = readonly (string | number)[];

/**
 * Reads JSON (with comments and trailing commas, as real files have them) or YAML 1.2; a byte order mark is dropped.
 * Throws `DOCUMENT_INVALID` at the first thing that is neither, and for a key that stands twice in one object.
 */
export function parseDocument(text: string, file?: string): SourceDocument {
  const source = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const lines = new LineCounter();
  const document = parseYaml(source, { lineCounter: lines, uniqueKeys: true, prettyErrors: false, merge: true });
  const at = (start: number, end: number): SourceLocation => {
    const from = lines.linePos(start);
    const to = lines.linePos(end);
    return {
      line: from.line,
      column: from.col,
      endLine: to.line,
      endColumn: to.col,
      ...(file === undefined ? {} : { file }),
    };
  };
  const [problem] = document.errors;
  if (problem !== undefined) {
    throw new BoathouseError("DOCUMENT_INVALID", `This file cannot be read: ${problem.message}`, {
      location: at(problem.pos[0], problem.pos[1]),
      source,
    });
  }
  return {
    file,
    text: source,
    value: document.toJS({ maxAliasCount: 1000 }) as Json,
    locate(path, part = "value") {
      let range = document.contents?.range;
      let node: Node | null = document.contents;
      for (const step of path) {
        const inner = child(node, step);
        if (inner === undefined) break;
        node = inner.value;
        range = (part === "key" || node === null ? inner.key?.range : undefined) ?? node?.range ?? range;
      }
      return range === undefined || range === null ? { ...at(0, 0) } : at(range[0], range[1]);
    },
  };
}

function child(node: Node | null, step: string | number): { key: Node | undefined; value: Node | null } | undefined {
  if (isMap(node)) {
    const pair = node.items.find((each) => isScalar(each.key) && String(each.key.value) === String(step));
    if (pair === undefined) return undefined;
    return { key: isScalar(pair.key) ? pair.key : undefined, value: nodeOf(pair.value) };
  }
  if (isSeq(node) && typeof step === "number" && step < node.items.length) {
    return { key: undefined, value: nodeOf(node.items[step]) };
  }
  return undefined;
}

function nodeOf(value: unknown): Node | null {
  return isMap(value) || isSeq(value) || isScalar(value) || isAlias(value) ? value : null;
}
