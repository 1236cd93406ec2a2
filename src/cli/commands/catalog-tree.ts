import type { Access } from "../../catalog/access.ts";
import type { Securable } from "../../catalog/securable.ts";
import { BoathouseError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import { catalogOf } from "../../project/bundle.ts";
import { countOf, type Count } from "../../project/table-counts.ts";
import type { Effects } from "../context.ts";
import { withCatalog, type CatalogOptions } from "../open-catalog.ts";
import { writeRecords } from "../records.ts";
import { displayWidth } from "../table.ts";
import { write } from "../terminal.ts";

interface Line {
  readonly securable: Securable;
  readonly depth: number;
  readonly count: Count | undefined;
}

/** What the principal sees, as a tree; with `--json` one object a line. */
export async function catalogTree(name: string | undefined, options: CatalogOptions, effects: Effects): Promise<void> {
  const { terminal } = effects;
  await withCatalog(options, effects, async ({ lakehouse, access }) => {
    const { tables } = await lakehouse.platform();
    const lines: Line[] = [];
    const visit = async (securable: Securable, depth: number): Promise<void> => {
      if (!access.sees(securable)) return;
      lines.push({ securable, depth, count: await countOf(securable, tables) });
      for (const child of access.snapshot.children(securable.id)) await visit(child, depth + 1);
    };
    for (const root of rootsOf(access, name ?? catalogOf(lakehouse.project?.bundle))) await visit(root, 0);
    if (options.json === true) {
      const records = lines.map(({ securable, count }) => ({
        name: fullName(access, securable),
        kind: securable.kind,
        owner: securable.owner,
        comment: securable.comment ?? null,
        rows: count?.rows ?? null,
        version: count?.version ?? null,
      }));
      await writeRecords(records, { terminal, json: true });
      return;
    }
    const labels = lines.map(({ securable, depth }) => `${"  ".repeat(depth)}${securable.name}`);
    const width = Math.max(0, ...labels.map(displayWidth));
    for (const [index, { securable, count }] of lines.entries()) {
      const label = labels[index] ?? "";
      const rows =
        count?.rows === undefined || count.rows === null ? "" : `  ${count.rows.toLocaleString("en-US")} rows`;
      const kind = securable.kind.replaceAll("_", " ");
      const padding = " ".repeat(width - displayWidth(label));
      await write(
        terminal.out,
        `${label}${padding}  ${terminal.style("dim", kind.padEnd(18))}  ${securable.owner}${rows}\n`,
      );
    }
    if (lines.length === 0) await write(terminal.err, `${access.user} sees nothing here.\n`);
  });
}

function fullName(access: Access, securable: Securable): string {
  return access.snapshot.fullName(securable).join(".");
}

function rootsOf(access: Access, name: string | undefined): readonly Securable[] {
  const { snapshot } = access;
  const top = snapshot.children(snapshot.metastore.id);
  if (name === undefined) return top;
  let found: readonly Securable[] = top;
  let last: Securable | undefined;
  for (const part of name.split(".")) {
    last = found.find((each) => each.name === part.toLowerCase() && access.sees(each));
    if (last === undefined) {
      const near = found.filter((each) => access.sees(each)).map((each) => each.name);
      const hint =
        didYouMean(part, near) ?? (near.length === 0 ? "Nothing is there." : `There are: ${near.join(", ")}.`);
      throw new BoathouseError("OBJECT_NOT_FOUND", `The catalog has no ${name}.`, { kind: "usage", hint });
    }
    found = snapshot.children(last.id);
  }
  return last === undefined ? [] : [last];
}
