import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as boathouse from "../src/boathouse.ts";
import * as delta from "../src/delta.ts";
import * as factory from "../src/factory.ts";
import * as sql from "../src/sql.ts";
import { CONFIG_API } from "../src/project/config-api.ts";

describe("the package", () => {
  it("gives exactly this", () => {
    expect(Object.keys(boathouse).toSorted()).toEqual([
      "BoathouseError",
      "Lakehouse",
      "defineBundle",
      "defineFactory",
      "defineProject",
      "serveFiles",
      "usageError",
    ]);
    expect(Object.keys(delta)).toEqual(["DeltaTable"]);
    expect(Object.keys(sql).toSorted()).toEqual(["duckDbType", "install", "sparkError", "translate"]);
    expect(Object.keys(factory).toSorted()).toEqual([
      "defineFactory",
      "evaluateExpression",
      "factoryFrom",
      "loadFactory",
      "runPipeline",
      "synthFactory",
      "validateFactory",
    ]);
  });

  it("gives a config the same, without the engine", () => {
    for (const [name, value] of Object.entries(CONFIG_API)) expect(boathouse).toHaveProperty(name, value);
  });

  it("has an export for each entry file", () => {
    const { exports } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
      exports: Record<string, string>;
    };
    expect(Object.keys(exports)).toEqual([".", "./delta", "./factory", "./sql"]);
  });
});
