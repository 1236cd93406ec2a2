import { expect, it } from "vitest";
import { INT } from "../../src/core/data-type.ts";
import { Shop } from "./harness.ts";

it("refuses a bound of a range frame that a row decides", async () => {
  const shop = await Shop.open();
  await shop.table("t", { a: INT }, "VALUES (1)");
  await expect(shop.rows("SELECT sum(a) OVER (ORDER BY a RANGE array(a)[0] PRECEDING) FROM t")).rejects.toMatchObject({
    code: "DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_WITHOUT_FOLDABLE",
  });
  await shop.close();
});
