import { describe, expect, it } from "vitest";
import { functionReference } from "./documentation.ts";
import { functionRows, lookupFunction } from "./registry.ts";

describe("the function registry", () => {
  it("has each name once", () => {
    const names = functionRows.flatMap((row) => row.names);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it("documents every row with a signature and a line", () => {
    const documented = new Set(functionReference().map((each) => each.name));
    expect(functionRows.map((row) => row.names[0]).filter((name) => !documented.has(name))).toEqual([]);
  });

  it("documents nothing that there is not", () => {
    expect(functionReference().filter((each) => lookupFunction(each.name) === undefined)).toEqual([]);
  });

  it("says why a function is refused", () => {
    const refused = functionReference().find((each) => each.name === "to_avro");
    expect(refused).toMatchObject({ supported: false, category: "binary format" });
    expect(refused?.description).toMatch(/^Not supported: /);
  });

  it("finds a function by any of its names", () => {
    expect(lookupFunction("char_length")).toBe(lookupFunction("length"));
    expect(lookupFunction("no_such_function")).toBeUndefined();
  });
});
