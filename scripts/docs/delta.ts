import { FEATURES, type TableFeature } from "../../src/delta/features.ts";
import { code, page, table } from "./markdown.ts";

/** Table features of the Delta protocol. */
export function deltaPage(): string {
  return page(
    "# Delta Lake table features",
    "Reader versions 1 to 3 and writer versions 1 to 7 are known. A table that needs a reader feature that is refused, or" +
      " that nobody here has heard of, cannot be read; one that needs such a writer feature can be read and not written." +
      " The error names the features.",
    "*While inactive*: tables that list the feature are written as long as it is not switched on in them.",
    table(
      ["feature", "concerns", "implied by", "read", "write"],
      FEATURES.map((feature) => [
        code(feature.name),
        feature.readers ? "readers and writers" : "writers",
        versions(feature),
        feature.read === "supported" ? "yes" : "no",
        { supported: "yes", inactive: "while inactive", refused: "no" }[feature.write],
      ]),
    ),
  );
}

function versions({ legacy }: TableFeature): string {
  if (legacy === undefined) return "";
  const writer = `writer version ${legacy.writer}`;
  return legacy.reader === undefined ? writer : `reader version ${legacy.reader}, ${writer}`;
}
