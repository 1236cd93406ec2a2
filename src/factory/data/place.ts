import { textOfJson } from "../json/text-of.ts";
import { BoathouseError } from "../../core/errors.ts";
import { isJsonObject } from "../../core/json.ts";
import { HttpStore } from "../../storage/http-store.ts";
import type { ObjectStore } from "../../storage/object-store.ts";
import { parseLocation } from "../../storage/url.ts";
import type { Properties } from "../runtime/properties.ts";
import { secretOf } from "../runtime/secrets.ts";
import type { FactoryServices } from "../runtime/services.ts";

/** Where a dataset points: a file, or a folder when it names no file. */
export interface Place {
  readonly kind: "http" | "azure";
  readonly store: ObjectStore;
  /** Below the store's root, without slashes at the ends; `""` is the root. */
  readonly folder: string;
  readonly file: string | undefined;
}

export interface PlaceOptions {
  /** For messages. */
  readonly dataset: string;
  readonly location: Properties;
  /** The linked service, with its parameters filled in. */
  readonly service: Properties;
  readonly services: FactoryServices;
  /** The store settings of the activity. */
  readonly settings?: Properties;
}

export function placeOf(options: PlaceOptions): Place {
  const { dataset, location, service } = options;
  const type = location.requiredText("type");
  const serviceType = service.requiredText("type");
  const wanted = SERVICES[type];
  if (wanted !== undefined && wanted !== serviceType) {
    throw new BoathouseError(
      "FACTORY_LOCATION_MISMATCH",
      `The dataset "${dataset}" has a ${type}, and its linked service is of the type ${serviceType}.`,
      { hint: `A ${type} needs a linked service of the type ${wanted}.` },
    );
  }
  switch (type) {
    case "HttpServerLocation":
      return webPlace(options);
    case "AzureBlobFSLocation":
      return containerPlace(options, location.requiredText("fileSystem"), accountOfUrl(service, "url"));
    case "AzureBlobStorageLocation":
      return containerPlace(options, location.requiredText("container"), blobAccount(service));
    default:
      throw new BoathouseError(
        "FACTORY_UNSUPPORTED",
        `The dataset "${dataset}" is at a ${type}, which is not supported.`,
      );
  }
}

/** The key of the place's file or folder in its store. */
export function keyOf(place: Place): string {
  return [place.folder, place.file ?? ""].filter((part) => part !== "").join("/");
}

/** The place as messages name it. */
export function urlOf(place: Place, key = keyOf(place)): string {
  return key === "" ? place.store.url : `${place.store.url}/${key}`;
}

const SERVICES: Readonly<Record<string, string>> = {
  HttpServerLocation: "HttpServer",
  AzureBlobFSLocation: "AzureBlobFS",
  AzureBlobStorageLocation: "AzureBlobStorage",
};

function webPlace({ location, service, services, settings }: PlaceOptions): Place {
  const server = service.object("typeProperties");
  const base = server.requiredText("url").replace(/\/+$/, "");
  const path = [location.text("relativeUrl") ?? "", location.text("folderPath") ?? "", location.text("fileName") ?? ""]
    .map((part) => part.replace(/^\/+|\/+$/g, ""))
    .filter((part) => part !== "")
    .join("/");
  const url = path === "" ? base : `${base}/${path}`;
  const headers = { ...serverHeaders(server, services), ...requestHeaders(settings) };
  const timeout = settings?.duration("requestTimeout");
  const { folder, file } = split(services.storage.resolve(url).key);
  if (Object.keys(headers).length === 0 && timeout === undefined) {
    return { kind: "http", store: services.storage.resolve(url).store, folder, file };
  }
  const place = parseLocation(url);
  if (place.kind !== "http") {
    throw new BoathouseError("FACTORY_LOCATION_MISMATCH", `${url} is storage of Azure, not a web server.`, {
      hint: "Use a linked service of the type AzureBlobFS.",
    });
  }
  const endpoint = services.mapUrl?.(place.origin);
  const store = new HttpStore(place.origin, {
    ...(endpoint === undefined ? {} : { endpoint }),
    headers,
    query: place.query,
    clock: services.clock,
    ...(timeout === undefined ? {} : { timeout }),
  });
  return { kind: "http", store, folder, file };
}

function serverHeaders(server: Properties, services: FactoryServices): Record<string, string> {
  const headers: Record<string, string> = {};
  const extra = server.value("authHeaders");
  for (const [name, value] of Object.entries(isJsonObject(extra) ? extra : {})) headers[name] = textOfJson(value);
  if (server.text("authenticationType")?.toLowerCase() === "basic") {
    const credentials = `${server.text("userName") ?? ""}:${secretOf(server, "password", services)}`;
    headers["authorization"] = `Basic ${Buffer.from(credentials, "utf8").toString("base64")}`;
  }
  return headers;
}

/** `additionalHeaders` has one header on a line. */
function requestHeaders(settings: Properties | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of settings?.text("additionalHeaders")?.split(/\r?\n/) ?? []) {
    const colon = line.indexOf(":");
    if (colon > 0) headers[line.slice(0, colon).trim()] = line.slice(colon + 1).trim();
  }
  return headers;
}

function containerPlace({ location, services }: PlaceOptions, container: string, account: string): Place {
  const folder = (location.text("folderPath") ?? "").replace(/\/{2,}/g, "/").replace(/^\/|\/$/g, "");
  const file = (location.text("fileName") ?? "").replace(/^\/+/, "");
  const { store } = services.storage.resolve(`abfss://${container}@${account}.dfs.core.windows.net`);
  return { kind: "azure", store, folder, file: file === "" ? undefined : file };
}

const ACCOUNT = /^https?:\/\/([a-z0-9]{3,24})\.(?:dfs|blob)\.core\.windows\.net\/?$/i;

function accountOfUrl(service: Properties, name: string): string {
  const url = service.object("typeProperties").requiredText(name);
  const account = ACCOUNT.exec(url.trim())?.[1];
  if (account !== undefined) return account.toLowerCase();
  throw new BoathouseError("FACTORY_VALUE_INVALID", `"${url}" is not the address of a storage account.`, {
    hint: "It looks like https://account.dfs.core.windows.net/.",
  });
}

function blobAccount(service: Properties): string {
  const properties = service.object("typeProperties");
  if (properties.has("serviceEndpoint")) return accountOfUrl(service, "serviceEndpoint");
  const text = properties.text("connectionString") ?? "";
  const account = /(?:^|;)\s*AccountName=([a-z0-9]{3,24})/i.exec(text)?.[1];
  if (account !== undefined) return account.toLowerCase();
  throw new BoathouseError("FACTORY_VALUE_INVALID", "The linked service names no storage account.", {
    hint: "Give serviceEndpoint, or a connectionString with AccountName.",
  });
}

function split(key: string): { folder: string; file: string | undefined } {
  const slash = key.lastIndexOf("/");
  const file = key.slice(slash + 1);
  return { folder: slash < 0 ? "" : key.slice(0, slash), file: file === "" ? undefined : file };
}
