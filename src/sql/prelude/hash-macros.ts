import { macro, type Macro } from "./macro.ts";

export const hashMacros: readonly Macro[] = [
  macro(
    "spk_sha2",
    "b, n",
    "CASE WHEN n IN (0, 256) THEN sha256(b) WHEN n IN (224, 384, 512) THEN spkjs_sha2(b, n) END",
  ),
];
