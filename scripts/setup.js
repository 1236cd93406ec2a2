// What `npm start` and `npm test` do first: install and build, each only when something has changed since.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

checkNode();
installWhenChanged();
buildWhenChanged();

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`Boathouse needs Node 20.19 or later; this is ${process.versions.node}.`);
  process.exit(2);
}

function installWhenChanged() {
  const stamp = join(root, "node_modules", ".boathouse-installed");
  const wanted = hashOf([readFileSync(join(root, "package.json"), "utf8")]);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  run("Installing", "npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"]);
  writeFileSync(stamp, wanted);
}

function buildWhenChanged() {
  const stamp = join(root, "dist", ".boathouse-built");
  const sources = [...filesBelow(join(root, "src")), join(root, "tsconfig.json"), join(root, "tsconfig.build.json")];
  const wanted = hashOf(sources.map((file) => `${file} ${statSync(file).mtimeMs}`));
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  run("Building", process.execPath, [join("node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.build.json"]);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}

function run(what, command, args) {
  const started = Date.now();
  process.stderr.write(`${what}… `);
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
  });
  if (status !== 0) {
    console.error(`${what} failed${error === undefined ? "" : `: ${error.message}`}`);
    process.exit(status ?? 1);
  }
  console.error(`${((Date.now() - started) / 1000).toFixed(1)} s`);
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

function hashOf(parts) {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex");
}
