import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openAzureLakehouse, OWNER, PLACE, type AzureLakehouse } from "./azure-lakehouse.ts";

let lake: AzureLakehouse;
beforeAll(async () => {
  lake = await openAzureLakehouse();
});
afterAll(() => lake.close());

describe("tables in a container of Azure", () => {
  it("lose nothing that several processes write at once", async () => {
    await lake.sql("CREATE TABLE shared (writer INT, n INT)");
    const program = `
      import { Lakehouse } from ${JSON.stringify(join(import.meta.dirname, "../../src/project/lakehouse.ts"))};
      const [root, place, address, writer] = process.argv.slice(1);
      const lakehouse = await Lakehouse.open({ root, user: ${JSON.stringify(OWNER)}, threads: 1, bindings: { [place]: address } });
      const session = await lakehouse.session({ catalog: "azure", schema: "s" });
      for (let n = 0; n < 10; n += 1) await (await session.sql(\`INSERT INTO shared VALUES (\${writer}, \${n})\`)).rows();
      await lakehouse.close();`;
    const children = ["1", "2", "3"].map((writer) => {
      const parts = ["--import", "tsx", "--input-type=module", "-e", program, "--"];
      const given = [lake.root, PLACE, lake.container.address, writer];
      return spawn(process.execPath, [...parts, ...given], { stdio: ["ignore", "inherit", "inherit"] });
    });
    const codes = await Promise.all(children.map(async (child) => (await once(child, "exit"))[0] as unknown));
    expect(codes).toEqual([0, 0, 0]);
    expect(
      await lake.sql("SELECT writer, count(DISTINCT n) AS n, count(*) AS rows FROM shared GROUP BY ALL ORDER BY 1"),
    ).toEqual([
      { writer: 1, n: 10n, rows: 10n },
      { writer: 2, n: 10n, rows: 10n },
      { writer: 3, n: 10n, rows: 10n },
    ]);
  });
});
