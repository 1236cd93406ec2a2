import { describe, expect, it } from "vitest";
import { columnsOf, errorOf, namesOf } from "./analyzer.fixture.ts";

describe("a star", () => {
  it("stands for columns, those of one relation, or the fields of a struct", () => {
    expect(namesOf("SELECT o.*, address.* FROM orders o JOIN people p ON o.id = p.id")).toEqual([
      "id",
      "customer",
      "amount",
      "street",
      "place",
    ]);
    expect(namesOf("SELECT p.address.place.* FROM people p")).toEqual(["city", "zip"]);
  });

  it("stands for columns inside calls, IN and struct", () => {
    expect(namesOf("SELECT struct(*), 5 IN (id, amount), count(DISTINCT *) FROM orders GROUP BY ALL")).toHaveLength(3);
    expect(columnsOf("SELECT struct(*, 1) FROM orders")).toEqual([
      "struct(id, customer, amount, 1): struct<id:int,customer:string,amount:bigint,col2:int>!",
    ]);
    expect(columnsOf("SELECT 1 FROM (SELECT 1 AS a, 2 AS b) WHERE 2 IN (*)")).toEqual(["1: int!"]);
    expect(namesOf("SELECT count(DISTINCT *) FROM orders")).toEqual(["count(DISTINCT id, customer, amount)"]);
  });

  it("leaves out columns, with or without qualifier, and fields of structs", () => {
    expect(namesOf("SELECT * EXCEPT (orders.id, amount) FROM orders")).toEqual(["customer"]);
    expect(columnsOf("SELECT address.* EXCEPT (place.zip) FROM people")).toEqual([
      "street: string",
      "place: struct<city:string>",
    ]);
    expect(
      columnsOf("SELECT * EXCEPT (id, name, tags, marks, address.street, address.place.city) FROM people"),
    ).toEqual(["address: struct<place:struct<zip:int>>"]);
  });

  it("may be a regular expression in back-ticks where the setting says so", () => {
    const regex = { "spark.sql.parser.quotedregexcolumnnames": "true" };
    expect(namesOf("SELECT `(ID)?+.+`, `(name|tags)` FROM people", regex)).toEqual([
      "name",
      "address",
      "tags",
      "marks",
      "name",
      "tags",
    ]);
    expect(namesOf("SELECT sum(o.`(amount)`) FROM orders o", regex)).toEqual(["sum(amount)"]);
    expect(errorOf("SELECT `(id)?+.+` FROM people")).toBe("UNRESOLVED_COLUMN.WITH_SUGGESTION");
    expect(errorOf("SELECT 1 FROM orders GROUP BY `(id)?+.+`", regex)).toBe("UNRESOLVED_COLUMN.WITH_SUGGESTION");
  });

  it("cannot leave out what is not there, or the same twice", () => {
    expect(errorOf("SELECT * EXCEPT (nobody) FROM orders")).toBe("UNRESOLVED_COLUMN.WITH_SUGGESTION");
    expect(errorOf("SELECT * EXCEPT (address.nothing) FROM people")).toBe("FIELD_NOT_FOUND");
    expect(errorOf("SELECT * EXCEPT (address, address.street) FROM people")).toBe("EXCEPT_OVERLAPPING_COLUMNS");
  });
});
