/** `npm run sample -- --scale N --out DIR` */
import { parseArgs } from "node:util";
import { writeSample } from "./write.ts";

const { values } = parseArgs({
  options: {
    scale: { type: "string", default: "1" },
    out: { type: "string" },
    seed: { type: "string" },
  },
});
const scale = Number(values.scale);
if (values.out === undefined || !(scale > 0) || (values.seed !== undefined && !Number.isInteger(Number(values.seed)))) {
  console.error("Usage: npm run sample -- --scale N --out DIR [--seed N]   (N > 0; 1 is the size of the real files)");
  process.exitCode = 2;
} else {
  await writeSample({ scale, folder: values.out, ...(values.seed === undefined ? {} : { seed: Number(values.seed) }) });
  console.error(`Wrote the sample at scale ${scale} to ${values.out}`);
}
