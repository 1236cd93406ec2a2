import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname);

/** The house, top to bottom: a folder imports only from itself and from folders above it. */
const FOLDERS = [
  "core",
  "storage",
  "state",
  "runs",
  "sql",
  "duckdb",
  "formats",
  "delta",
  "catalog",
  "autoloader",
  "engine",
  "pipelines",
  "jobs",
  "factory",
  "project",
  "server",
  "cli",
];

/** The package's public entry points: the only files that may re-export. */
const ENTRY_POINTS = ["boathouse.ts", "delta.ts", "sql.ts", "factory.ts"];

const files = sourceFiles(root);
/** What tests share stands in `tests/`, outside of the house. */
const imports = new Map(
  files.map((file) => [
    file,
    importsOf(file).filter((each) => !file.endsWith(".test.ts") || !name(each.target).startsWith("..")),
  ]),
);

describe("the house", () => {
  it("has only the folders and entry points of the design", () => {
    const strangers = readdirSync(root).filter(
      (name) => ![...FOLDERS, ...ENTRY_POINTS, "architecture.test.ts"].includes(name),
    );
    expect(strangers).toEqual([]);
  });

  it("imports downwards only", () => {
    const upward = [...imports].flatMap(([file, targets]) =>
      targets.filter(({ target }) => rank(target) > rank(file)).map(({ target }) => `${name(file)} -> ${name(target)}`),
    );
    expect(upward).toEqual([]);
  });

  it("has no import cycle (types are erased and load nothing)", () => {
    expect(cycles()).toEqual([]);
  });

  it("has no inner barrel", () => {
    const barrels = files.filter((file) => {
      if (dirname(file) === root) return false;
      return /^export\s+(\*|\{[^}]*\})\s+from\b/m.test(readFileSync(file, "utf8"));
    });
    expect(barrels.map(name)).toEqual([]);
  });

  it("knows nothing of the flagship", () => {
    const telling = files.filter(
      (file) => !file.endsWith("architecture.test.ts") && /netflix|show_id/i.test(readFileSync(file, "utf8")),
    );
    expect(telling.map(name)).toEqual([]);
  });
});

function rank(file: string): number {
  const [top = ""] = name(file).split("/");
  const index = FOLDERS.indexOf(top);
  return index < 0 ? FOLDERS.length : index;
}

function name(file: string): string {
  return relative(root, file).replaceAll("\\", "/");
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((entry) => {
    const path = join(folder, entry);
    if (statSync(path).isDirectory()) return sourceFiles(path);
    return path.endsWith(".ts") ? [path] : [];
  });
}

interface Import {
  readonly target: string;
  /** `import type`: gone when the code is loaded. */
  readonly typeOnly: boolean;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, "utf8");
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s+(type\b)?[^;"']*?from\s+["'](\.[^"']+)["']|\bimport\(\s*["'](\.[^"']+)["']/g,
  );
  return [...found].map((match) => ({
    target: resolve(dirname(file), match[2] ?? match[3] ?? ""),
    typeOnly: match[1] !== undefined,
  }));
}

/** Every cycle of static and dynamic imports, each once, as a path of names. */
function cycles(): string[] {
  const state = new Map<string, "open" | "done">();
  const stack: string[] = [];
  const found: string[] = [];
  const visit = (file: string): void => {
    if (state.get(file) === "done") return;
    if (state.get(file) === "open") {
      found.push([...stack.slice(stack.indexOf(file)), file].map(name).join(" -> "));
      return;
    }
    state.set(file, "open");
    stack.push(file);
    for (const { target, typeOnly } of imports.get(file) ?? []) if (!typeOnly) visit(target);
    stack.pop();
    state.set(file, "done");
  };
  for (const file of files) visit(file);
  return found;
}
