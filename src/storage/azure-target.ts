import { BoathouseError } from "../core/errors.ts";
import { parseLocation } from "./url.ts";

/** A container of a real storage account, or of an emulator. */
export interface AzureTarget {
  /** The account's Blob service, without a slash at the end: `https://lake.blob.core.windows.net`. */
  readonly endpoint: string;
  readonly account: string;
  readonly container: string;
}

/**
 * Reads what a container is bound to: `abfss://container@account.dfs.core.windows.net`,
 * `https://account.blob.core.windows.net/container` (of any cloud), or an emulator's
 * `http://127.0.0.1:10000/account/container`. Throws `INVALID_STORAGE_BINDING`, also for one that holds a secret.
 */
export function parseAzureTarget(text: string): AzureTarget {
  const location = parseLocation(text.replace(/\?.*$/s, ""));
  if (text.includes("?")) {
    throw invalid(text.replace(/\?.*$/s, "?…"), "a binding holds no shared access signature", SECRET);
  }
  if (location.kind === "azure") {
    const { account, container, key } = location;
    if (key !== "" || container === "") throw invalid(text, "it does not name a container", FORMS);
    return { endpoint: `https://${account}.blob.core.windows.net`, account, container };
  }
  if (location.kind !== "http") throw invalid(text, "it is no storage account's URL", FORMS);
  const parts = location.key.split("/");
  const [first = "", second, ...rest] = parts;
  if (first === "" || rest.length > 0) throw invalid(text, "it does not name a container", FORMS);
  if (second !== undefined) return { endpoint: `${location.origin}/${first}`, account: first, container: second };
  const { hostname } = new URL(location.origin);
  const account = /^([a-z0-9]{3,24})\.blob\.[a-z]/.exec(hostname)?.[1];
  if (account === undefined) throw invalid(text, "it does not name an account and a container", FORMS);
  return { endpoint: location.origin, account, container: first };
}

const FORMS =
  "Write https://account.blob.core.windows.net/container, or http://127.0.0.1:10000/devstoreaccount1/container for an emulator.";
const SECRET = "Put it into the environment variable AZURE_STORAGE_SAS_TOKEN.";

function invalid(text: string, why: string, hint: string): BoathouseError {
  return new BoathouseError("INVALID_STORAGE_BINDING", `${text} cannot stand for a container: ${why}.`, {
    kind: "usage",
    hint,
  });
}
