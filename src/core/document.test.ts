import { describe, expect, it } from "vitest";
import { codeFrame } from "./diagnostic.ts";
import { parseDocument } from "./document.ts";

const yaml = `resources:
  jobs:
    daily:
      tasks:
        - task_key: first
        - task_key: second
`;

describe("a document", () => {
  it("knows where each value and key stands", () => {
    const document = parseDocument(yaml, "databricks.yml");
    expect(document.value).toEqual({
      resources: { jobs: { daily: { tasks: [{ task_key: "first" }, { task_key: "second" }] } } },
    });
    expect(document.locate(["resources", "jobs", "daily", "tasks", 1, "task_key"])).toMatchObject({
      file: "databricks.yml",
      line: 6,
      column: 21,
    });
    expect(document.locate(["resources", "jobs", "daily"], "key")).toMatchObject({ line: 3, column: 5 });
  });

  it("points at the nearest part above a path that leads nowhere", () => {
    const document = parseDocument(yaml);
    expect(document.locate(["resources", "jobs", "nightly", "tasks"]).line).toBe(3);
  });

  it("reads JSON with a byte order mark", () => {
    const document = parseDocument('\uFEFF{\n  "type": "Copyy"\n}');
    expect(document.value).toEqual({ type: "Copyy" });
    expect(codeFrame(document.text, document.locate(["type"]), 0)).toBe(
      '  2 |   "type": "Copyy"\n    |           ^^^^^^^',
    );
  });

  it("takes over what a merge key refers to, as bundles do", () => {
    const { value } = parseDocument("base: &base {a: 1, b: 2}\none: {<<: *base, b: 3}", "b.yml");
    expect(value).toMatchObject({ one: { a: 1, b: 3 } });
  });

  it("is refused with its place when it is broken or says a thing twice", () => {
    expect(() => parseDocument('{"a": 1,\n "a": 2}', "p.json")).toThrow(
      expect.objectContaining({
        code: "DOCUMENT_INVALID",
        location: expect.objectContaining({ line: 2 }) as unknown,
      }) as Error,
    );
    expect(() => parseDocument("a: [1, 2", "p.yml")).toThrow(
      expect.objectContaining({ code: "DOCUMENT_INVALID" }) as Error,
    );
  });
});
