import { catalogPage } from "./catalog.ts";
import { commandsPage } from "./commands.ts";
import { deltaPage } from "./delta.ts";
import { factoryPage } from "./factory.ts";
import { filesPage } from "./files.ts";
import { functionsPage } from "./functions.ts";
import { jobsPage } from "./jobs.ts";
import { list, page } from "./markdown.ts";
import { pipelinesPage } from "./pipelines.ts";
import { statementsPage } from "./statements.ts";

/** A reference page, made from the registries of the code. */
interface ReferencePage {
  readonly file: string;
  readonly about: string;
  readonly make: () => string;
}

const PAGES: readonly ReferencePage[] = [
  { file: "commands.md", about: "Commands and their options", make: commandsPage },
  { file: "statements.md", about: "SQL statements and where they run", make: statementsPage },
  { file: "functions.md", about: "SQL functions and operators", make: functionsPage },
  { file: "files.md", about: "Formats of files, their options, and those of Auto Loader", make: filesPage },
  { file: "delta.md", about: "Table features of Delta Lake", make: deltaPage },
  { file: "catalog.md", about: "Unity Catalog: privileges, information schema", make: catalogPage },
  { file: "pipelines.md", about: "Settings of declarative pipelines", make: pipelinesPage },
  { file: "jobs.md", about: "Jobs, tasks and dynamic value references", make: jobsPage },
  {
    file: "factory.md",
    about: "Activities, linked services, datasets, triggers and expressions of Data Factory",
    make: factoryPage,
  },
];

/** Every file of `docs/reference`, by its name: the pages and a list of them. */
export function referencePages(): ReadonlyMap<string, string> {
  const index = page(
    "# Reference",
    "What is supported, to the last option. These pages are made from the code (`npm run docs`), and a test compares them.",
    list(PAGES.map(({ file, about }) => `[${about}](${file})`)),
  );
  return new Map([["README.md", index], ...PAGES.map(({ file, make }) => [file, make()] as const)]);
}
