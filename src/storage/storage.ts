import { rm } from "node:fs/promises";
import { join, parse } from "node:path";
import { pathToFileURL } from "node:url";
import { BoathouseError } from "../core/errors.ts";
import { azureCredential, type Environment } from "./azure-credential.ts";
import { AzureStore } from "./azure-store.ts";
import { parseAzureTarget } from "./azure-target.ts";
import { FileCache } from "./file-cache.ts";
import { HttpStore, type HttpStoreOptions } from "./http-store.ts";
import { LocalStore } from "./local-store.ts";
import type { ObjectStore } from "./object-store.ts";
import { formatLocation, parseLocation, type AzureLocation, type HttpLocation, type Location } from "./url.ts";

export interface StorageOptions {
  /** The lakehouse's folder: `<root>/storage/<account>/<container>` holds what is not bound elsewhere. */
  readonly root: string;
  /**
   * What containers stand for, by `account/container`: folders, or containers of Azure by their URLs (`parseAzureTarget`).
   * The bindings of the project's target.
   */
  readonly bindings?: Readonly<Record<string, string>>;
  /** Where the credentials of storage accounts are. The process's environment by default. */
  readonly environment?: Environment;
  /** Bytes that copies of remote files may take. */
  readonly cacheLimit?: number;
  readonly http?: HttpStoreOptions;
  /** Web addresses that stand for others, by URL prefix: requests for what is below the prefix go there. */
  readonly web?: Readonly<Record<string, string>>;
}

export interface ResolvedObject {
  readonly store: ObjectStore;
  /** The name in the store; `""` for its root. */
  readonly key: string;
  /** The canonical spelling of the URL. */
  readonly url: string;
}

/** Finds the store that a URL names. What a container is bound to is decided here, never in artefacts. */
export class Storage {
  readonly #options: StorageOptions;
  readonly #stores = new Map<string, ObjectStore>();
  /** Copies of remote files: `<root>/cache`. */
  readonly cache: FileCache;

  constructor(options: StorageOptions) {
    const { root, cacheLimit: limit } = options;
    this.cache = new FileCache({ folder: join(root, "cache"), ...(limit === undefined ? {} : { limit }) });
    for (const name of Object.keys(options.bindings ?? {})) {
      if (!/^[^/]+\/[^/]+$/.test(name)) {
        throw new BoathouseError("INVALID_STORAGE_BINDING", `"${name}" does not name a container.`, {
          hint: 'Bindings are written as "account/container".',
        });
      }
    }
    this.#options = options;
  }

  /** The store and the key of a URL (forms: `parseLocation`). */
  resolve(url: string): ResolvedObject {
    return this.at(parseLocation(url));
  }

  at(location: Location): ResolvedObject {
    const url = formatLocation(location);
    switch (location.kind) {
      case "azure":
        return { store: this.#container(location), key: location.key, url };
      case "file": {
        // `/` here; on Windows the drive.
        const { root } = parse(location.path);
        const store = this.#store(`file://${root}`, () => new LocalStore(root));
        return { store, key: location.path.slice(root.length).replaceAll("\\", "/"), url };
      }
      case "http": {
        const { query } = location;
        const { prefix, endpoint } = this.#binding(location);
        const options = query === "" ? this.#options.http : { ...this.#options.http, query };
        const store = this.#store(`${prefix}?${query}`, () => new HttpStore(prefix, { ...options, endpoint }));
        return { store, key: location.key.slice(prefix.length - location.origin.length).replace(/^\//, ""), url };
      }
    }
  }

  /** The address to ask instead of a web address, when it is bound; otherwise the address itself. */
  webAddress(url: string): string {
    const location = parseLocation(url);
    if (location.kind !== "http") return url;
    const { prefix, endpoint } = this.#binding(location);
    return prefix === endpoint ? url : endpoint + formatLocation(location).slice(prefix.length);
  }

  /** The binding with the longest prefix; a prefix ends where a part of the path ends. */
  #binding({ origin, key }: HttpLocation): { readonly prefix: string; readonly endpoint: string } {
    const plain = `${origin}/${key}`;
    const [longest] = Object.entries(this.#options.web ?? {})
      .map(([prefix, endpoint]) => ({ prefix: prefix.replace(/\/+$/, ""), endpoint: endpoint.replace(/\/+$/, "") }))
      .filter(({ prefix }) => plain === prefix || plain.startsWith(`${prefix}/`))
      .toSorted((a, b) => b.prefix.length - a.prefix.length);
    return longest ?? { prefix: origin, endpoint: origin };
  }

  /** The path on this machine that stands for a URL, for DuckDB to read. Throws `STORE_NOT_LOCAL` for web servers. */
  localPath(url: string): string {
    const { store, key } = this.resolve(url);
    if (store.localPath === undefined) {
      throw new BoathouseError("STORE_NOT_LOCAL", `${url} is not on this machine.`, {
        hint: "Copy it into a container first.",
      });
    }
    return key === "" ? this.#rootPath(url) : store.localPath(key);
  }

  /** Where the data of a URL really is, so that two names of one place are known: a path's `file:` URL, a blob's address. */
  placeOf(url: string): string {
    const location = parseLocation(url);
    const bound = location.kind === "azure" ? this.#bound(location) : undefined;
    if (location.kind === "azure" && bound !== undefined && isRemote(bound)) {
      const { key } = location;
      const { endpoint, container } = parseAzureTarget(bound);
      return [endpoint, container, ...(key === "" ? [] : [key])].join("/");
    }
    if (this.at(location).store.localPath === undefined) return formatLocation(location);
    return pathToFileURL(this.localPath(url)).href.replace(/\/$/, "");
  }

  /** The folder that DuckDB must reach to read or write what is at a URL: its own, or that of the copies. */
  reachableFolder(url: string): string {
    return this.resolve(url).store.localPath === undefined ? this.cache.folder : this.localPath(url);
  }

  /** Deletes everything below a URL. */
  async deleteAll(url: string): Promise<void> {
    const { store, key } = this.resolve(url);
    if (store.localPath !== undefined) {
      await rm(this.localPath(url), { recursive: true, force: true });
      return;
    }
    let batch: Promise<void>[] = [];
    for await (const meta of store.list(key === "" ? "" : `${key}/`)) {
      batch.push(store.delete(meta.key));
      if (batch.length < DELETES) continue;
      await Promise.all(batch);
      batch = [];
    }
    await Promise.all(batch);
  }

  #rootPath(url: string): string {
    const location = parseLocation(url);
    return location.kind === "azure" ? this.#folder(location) : location.kind === "file" ? location.path : url;
  }

  #container(location: AzureLocation): ObjectStore {
    const url = formatLocation({ ...location, key: "" });
    const bound = this.#bound(location);
    if (bound === undefined || !isRemote(bound)) {
      return this.#store(url, () => new LocalStore(this.#folder(location), url));
    }
    return this.#store(url, () => {
      const target = parseAzureTarget(bound);
      const credential = azureCredential(target.account, this.#options.environment ?? process.env);
      const clock = this.#options.http?.clock;
      return new AzureStore({ target, credential, url, ...(clock === undefined ? {} : { clock }) });
    });
  }

  #bound({ account, container }: AzureLocation): string | undefined {
    return this.#options.bindings?.[`${account}/${container}`];
  }

  #folder(location: AzureLocation): string {
    const { account, container } = location;
    return this.#bound(location) ?? join(this.#options.root, "storage", account, container);
  }

  #store(name: string, create: () => ObjectStore): ObjectStore {
    let store = this.#stores.get(name);
    if (store === undefined) {
      store = create();
      this.#stores.set(name, store);
    }
    return store;
  }
}

/** Is a container bound to one of Azure, rather than to a folder? */
export function isRemote(binding: string): boolean {
  return /^(?:https?|abfss?|wasbs?):/i.test(binding);
}

/** Objects that are deleted at once. */
const DELETES = 32;
