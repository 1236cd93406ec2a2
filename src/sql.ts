export { translate } from "./sql/translate/translate.ts";
export type { Translation, TranslateOptions } from "./sql/translate/translate.ts";
export { install } from "./duckdb/install.ts";
export { translateError as sparkError } from "./duckdb/errors.ts";
export { duckDbType } from "./sql/types/duckdb-type.ts";
