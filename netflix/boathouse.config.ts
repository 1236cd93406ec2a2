import { defineProject } from "boathouse";
import { factory } from "./factory.ts";
import { source } from "./source.ts";
import { bundle } from "./workflow.ts";

export default defineProject({
  name: "netflix",
  factory,
  bundle,
  main: { pipeline: "pl_netflix" },
  groups: {
    engineers: ["${workspace.current_user.userName}"],
    analysts: ["ana@example.com"],
    kids_team: ["kim@example.com"],
  },
  options: { source },
  report: [
    {
      title: "The catalogue by genre",
      sql: `SELECT genre, sum(titles) AS titles FROM netflix.gold.genre_trends GROUP BY genre ORDER BY titles DESC LIMIT 5`,
    },
    {
      title: "Quarantined rows",
      sql: `SELECT reason, type, title, show_id FROM netflix.silver.titles_quarantine ORDER BY ALL`,
    },
  ],
});
