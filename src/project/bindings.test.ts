import { describe, expect, it } from "vitest";
import { readBinding, readBindings } from "./bindings.ts";

describe("bindings", () => {
  it("are folders for containers, and folders or addresses for web addresses", () => {
    const bindings = {
      "abfss://raw@lake.dfs.core.windows.net": "raw",
      "https://lake.blob.core.windows.net/bronze": "/data/bronze",
      "https://files.example": "http://127.0.0.1:8000",
      "https://other.example/in": "./in",
    };
    expect(readBindings(bindings, "/project")).toEqual({
      containers: { "lake/raw": "/project/raw", "lake/bronze": "/data/bronze" },
      web: { "https://files.example": "http://127.0.0.1:8000" },
      served: { "https://other.example/in": "/project/in" },
    });
  });

  it("are containers of Azure and of emulators for containers", () => {
    const bindings = {
      "abfss://raw@lake.dfs.core.windows.net": "https://lake.blob.core.windows.net/raw-test",
      "abfss://bronze@lake.dfs.core.windows.net": "http://127.0.0.1:10000/devstoreaccount1/bronze",
      "abfss://gold@lake.dfs.core.windows.net": "abfss://gold@lake.dfs.core.windows.net",
    };
    expect(readBindings(bindings, "/project").containers).toEqual({
      "lake/raw": "https://lake.blob.core.windows.net/raw-test",
      "lake/bronze": "http://127.0.0.1:10000/devstoreaccount1/bronze",
      "lake/gold": "abfss://gold@lake.dfs.core.windows.net",
    });
  });

  it.each([
    ["abfss://raw@lake.dfs.core.windows.net/folder", "x"],
    ["abfss://raw@lake.dfs.core.windows.net", "https://azurite.example"],
    ["abfss://raw@lake.dfs.core.windows.net", "https://lake.blob.core.windows.net/raw?sig=secret"],
    ["/data", "x"],
  ])("%s=%s is refused", (prefix, target) => {
    expect(() => readBindings({ [prefix]: target }, "/")).toThrow(expect.objectContaining({ code: "BINDING_INVALID" }));
  });

  it("come from the command line as url=target", () => {
    expect(readBinding("https://files.example=./files")).toEqual(["https://files.example", "./files"]);
    expect(() => readBinding("https://files.example")).toThrow(expect.objectContaining({ kind: "usage" }));
  });
});
