import { isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { BoathouseError, isBoathouseError } from "../core/errors.ts";
import { parseAzureTarget } from "../storage/azure-target.ts";
import { isRemote } from "../storage/storage.ts";
import { parseLocation } from "../storage/url.ts";

/** What URLs stand for on this machine, sorted by how it is carried out. */
export interface Bindings {
  /** Folders, or URLs of containers of Azure, for containers, by `account/container`. */
  readonly containers: Readonly<Record<string, string>>;
  /** Web addresses for web addresses, by prefix. */
  readonly web: Readonly<Record<string, string>>;
  /** Folders for web addresses, by prefix: they are served on the loopback address. */
  readonly served: Readonly<Record<string, string>>;
}

/**
 * Reads `{ "<URL prefix>": "<URL or folder>" }`. A container (`abfss://…`) stands for a folder as a whole, or for
 * a container of Azure (`parseAzureTarget`); a web address
 * for another one or for a folder. Relative folders start at `folder`. Throws `BINDING_INVALID`.
 */
export function readBindings(bindings: Readonly<Record<string, string>>, folder: string): Bindings {
  const containers: Record<string, string> = {};
  const web: Record<string, string> = {};
  const served: Record<string, string> = {};
  for (const [prefix, target] of Object.entries(bindings)) {
    const place = parseLocation(prefix);
    const isWeb = /^https?:/i.test(target);
    if (place.kind === "azure") {
      if (place.key !== "") throw invalid(prefix, "a container is bound as a whole", "Leave its path out.");
      containers[`${place.account}/${place.container}`] = isRemote(target)
        ? azureAddress(prefix, target)
        : folderOf(target, folder);
    } else if (place.kind === "http") {
      if (isWeb) web[prefix] = target;
      else served[prefix] = folderOf(target, folder);
    } else {
      throw invalid(prefix, "it is a folder already", "Bind a container (abfss://…) or a web address (https://…).");
    }
  }
  return { containers, web, served };
}

/** Both, the second laid over the first, also where it says another kind of thing of the same address. */
export function mergedBindings(own: Bindings, over: Bindings): Bindings {
  const without = (record: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(record).filter(([prefix]) => !(prefix in over.web) && !(prefix in over.served)));
  return {
    containers: { ...own.containers, ...over.containers },
    web: { ...without(own.web), ...over.web },
    served: { ...without(own.served), ...over.served },
  };
}

/** `url=target` as `--bind` has it. Throws `BINDING_INVALID`. */
export function readBinding(text: string): readonly [string, string] {
  const split = /^(.*?[^=])=(.+)$/.exec(text);
  if (split?.[1] === undefined || split[2] === undefined) {
    throw invalid(text, "it has no `=`", "For instance: --bind https://files.example=./files");
  }
  return [split[1], split[2]];
}

/** A container of Azure or of an emulator, checked before anything runs. */
function azureAddress(prefix: string, target: string): string {
  try {
    parseAzureTarget(target);
    return target;
  } catch (error) {
    if (!isBoathouseError(error)) throw error;
    throw invalid(prefix, error.message.replace(/\.$/, ""), error.hint ?? "Bind it to a folder.");
  }
}

function folderOf(target: string, base: string): string {
  const path = target.startsWith("file:") ? fileURLToPath(target) : target;
  return isAbsolute(path) ? path : resolve(base, path);
}

function invalid(prefix: string, why: string, hint: string): BoathouseError {
  return new BoathouseError("BINDING_INVALID", `${prefix} cannot be bound: ${why}.`, { kind: "usage", hint });
}
