import { isErrno } from "../core/errno.ts";
import { BoathouseError, messageOf } from "../core/errors.ts";

/** What the file system said, in the words of a store. */
export function storeError(error: unknown, url: string): unknown {
  if (error instanceof BoathouseError || !(error instanceof Error) || !("code" in error)) return error;
  const rule = RULES.find(({ codes }) => isErrno(error, ...codes));
  if (rule === undefined) {
    return new BoathouseError("STORE_UNAVAILABLE", `${url} cannot be reached: ${messageOf(error)}.`, { cause: error });
  }
  const hint = rule.hint === undefined ? {} : { hint: rule.hint };
  return new BoathouseError(rule.code, `${url}: ${rule.message}.`, { cause: error, ...hint });
}

const RULES: readonly {
  readonly codes: readonly string[];
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}[] = [
  {
    codes: ["ENOSPC", "EDQUOT", "EFBIG"],
    code: "STORE_FULL",
    message: "there is no space left",
    hint: "Free some space and run again: nothing half-written is left behind.",
  },
  { codes: ["EROFS"], code: "STORE_READ_ONLY", message: "the file system is read-only" },
  {
    codes: ["EACCES", "EPERM"],
    code: "STORE_FORBIDDEN",
    message: "the operating system does not permit it",
    hint: "Check the owner and the mode of the folder.",
  },
  { codes: ["ENOENT"], code: "OBJECT_NOT_FOUND", message: "there is no such object" },
  {
    codes: ["ENOTDIR", "EISDIR", "ENOTEMPTY"],
    code: "INVALID_OBJECT_KEY",
    message: "a folder and an object cannot have the same name",
  },
];
