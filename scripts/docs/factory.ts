import { ACTIVITIES, OTHER_ACTIVITIES } from "../../src/factory/activities/registry.ts";
import { FUNCTIONS, REFERENCES } from "../../src/factory/expression/registry.ts";
import { DATASET } from "../../src/factory/model/dataset-shapes.ts";
import { LINKED_SERVICE } from "../../src/factory/model/linked-service-shapes.ts";
import { activityFrame, PIPELINE } from "../../src/factory/model/pipeline-shapes.ts";
import { object, type ObjectShape, type VariantShape } from "../../src/factory/model/shape.ts";
import { TRIGGER } from "../../src/factory/model/trigger-shapes.ts";
import { capital, code, codes, groups, page, sentence, sorted, table } from "./markdown.ts";
import { factoryProperties, propertyTable, variantsIn } from "./shapes.ts";

/** What of Data Factory runs: activities, linked services, datasets, triggers, the expression language. */
export function factoryPage(): string {
  return page(
    "# Data Factory",
    "A property that is not in these tables is an error with the nearest name. *Refused*: Data Factory has it, and it" +
      " does not work here. *No effect*: it is accepted, because it tunes what does not exist here. A value may be an" +
      " expression, except where it must be *written out*.",
    "- [Pipelines](#pipelines)\n- [Activities](#activities)\n- [Linked services](#linked-services)\n" +
      "- [Datasets](#datasets)\n- [Triggers](#triggers)\n- [Parts with a type](#parts-with-a-type)\n" +
      "- [Expression functions](#expression-functions)",
    "## Pipelines",
    propertyTable(factoryProperties(PIPELINE)),
    "## Activities",
    `${ACTIVITIES.length} types of activities run:`,
    table(
      ["activity", "", "retries and timeout"],
      ACTIVITIES.map((each) => [code(each.type), sentence(each.description), each.policy === true ? "yes" : ""]),
    ),
    `Refused by name: ${codes(OTHER_ACTIVITIES)}.`,
    "Every activity may have, beside its `typeProperties`:",
    propertyTable(factoryProperties(object(activityFrame()))),
    ...ACTIVITIES.flatMap((each) => [`### ${each.type}`, body(each.properties)]),
    ...types("Linked services", LINKED_SERVICE),
    ...types("Datasets", DATASET),
    ...types("Triggers", TRIGGER),
    "`boathouse schedule` starts pipelines by their schedule triggers. Triggers of the other types are read and checked; one" +
      " that is started is refused when it would have to run.",
    "## Parts with a type",
    "Objects whose `type` says what else is in them.",
    ...parts(),
    "## Expression functions",
    `${FUNCTIONS.length} functions. A name before \`?\` may be left out; \`...\` stands for any number.`,
    ...[...groups(FUNCTIONS, (row) => row.category)].flatMap(([category, rows]) => [
      `### ${capital(category)}`,
      table(
        ["function", ""],
        sorted(rows, (row) => row.signature).map((row) => [code(row.signature), sentence(row.description)]),
      ),
    ]),
    "### References to the run",
    REFERENCES.map((each) => `- ${code(each)}`).join("\n"),
  );
}

function types(title: string, variant: VariantShape): string[] {
  const refused = variant.refused ?? [];
  return [
    `## ${title}`,
    ...Object.entries(variant.cases).flatMap(([type, shape]) => [`### ${type}`, body(shape)]),
    refused.length === 0 ? "" : `Refused by name: ${codes(refused)}.`,
  ];
}

function body(shape: ObjectShape): string {
  return propertyTable(factoryProperties(shape)) || "No properties.";
}

/** Every typed part once. The same type means the same thing wherever it stands, as far as its tables are the same. */
function parts(): string[] {
  const owners = [...ACTIVITIES.map(({ properties }) => properties), LINKED_SERVICE, DATASET, TRIGGER];
  const outer = new Set<VariantShape>([LINKED_SERVICE, DATASET, TRIGGER]);
  const found = new Map<string, Set<string>>();
  const refused = new Map<string, Set<string>>();
  for (const variant of owners.flatMap(variantsIn)) {
    if (outer.has(variant)) continue;
    for (const [type, shape] of Object.entries(variant.cases)) add(found, type, body(shape));
    for (const type of variant.refused ?? []) add(refused, variant.what, type);
  }
  return [
    ...sorted(found, ([type]) => type).flatMap(([type, bodies]) => [`### ${type}`, ...bodies]),
    "### Refused types",
    table(
      ["what", "refused by name"],
      sorted(refused, ([what]) => what).map(([what, names]) => [what, codes([...names].toSorted())]),
    ),
  ];
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  const set = map.get(key);
  if (set === undefined) map.set(key, new Set([value]));
  else set.add(value);
}
