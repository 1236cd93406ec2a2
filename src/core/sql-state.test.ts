import { expect, test } from "vitest";
import { BoathouseError } from "./errors.ts";
import { sqlStateOf } from "./sql-state.ts";

test("an error with Spark's condition has its SQLSTATE, whoever raises it", () => {
  expect(new BoathouseError("DIVIDE_BY_ZERO", "Division by zero.").sqlState).toBe("22012");
  expect(new BoathouseError("UNRESOLVED_COLUMN.WITH_SUGGESTION", "No column.").sqlState).toBe("42703");
  expect(new BoathouseError("STORE_FULL", "The disk is full.").sqlState).toBeUndefined();
});

test("no condition stands under two states", () => {
  expect(sqlStateOf("CAST_INVALID_INPUT")).toBe("22018");
  expect(sqlStateOf("PARSE_SYNTAX_ERROR")).toBe("42601");
  expect(sqlStateOf("TOSTRING")).toBeUndefined();
});
