import type { TokenCredential } from "@azure/identity";
import type { ContainerClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import { BoathouseError } from "../core/errors.ts";
import { isErrno } from "../core/errno.ts";
import type { AzureTarget } from "./azure-target.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** How requests to an account prove who asks. */
export type AzureCredential =
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "sas"; readonly token: string }
  /** The emulator's own account, whose key is public. */
  | { readonly kind: "emulator" }
  /** Whoever runs this: a managed identity, a service principal, the user of the Azure CLI. */
  | { readonly kind: "identity" };

/**
 * Finds the credential of an account in the environment: the variables of the Azure CLI, `AZURE_STORAGE_KEY`,
 * `AZURE_STORAGE_SAS_TOKEN` and `AZURE_STORAGE_CONNECTION_STRING`, which are for the account `AZURE_STORAGE_ACCOUNT` where
 * that is set; the same with `_<ACCOUNT>` behind them are for one account and come first. Without any of them it is the
 * identity under which this process runs.
 */
export function azureCredential(account: string, environment: Environment): AzureCredential {
  const only = environment["AZURE_STORAGE_ACCOUNT"];
  const suffixes = [
    `_${account.toUpperCase()}`,
    ...(only === undefined || only === "" || only === account ? [""] : []),
  ];
  for (const suffix of suffixes) {
    const value = (name: string): string | undefined =>
      environment[`AZURE_STORAGE_${name}${suffix}`]?.trim() || undefined;
    const key = value("KEY");
    if (key !== undefined) return { kind: "key", key };
    const token = value("SAS_TOKEN");
    if (token !== undefined) return sas(token);
    const connection = value("CONNECTION_STRING");
    const found = connection === undefined ? undefined : fromConnectionString(connection, account, suffix);
    if (found !== undefined) return found;
  }
  return { kind: account === EMULATOR ? "emulator" : "identity" };
}

/** The client of a container. Azure's libraries are loaded here, when a store is first used. */
export async function containerClient(target: AzureTarget, credential: AzureCredential): Promise<ContainerClient> {
  const { ContainerClient, StorageSharedKeyCredential } = await import("@azure/storage-blob");
  const url = `${target.endpoint}/${encodeURIComponent(target.container)}`;
  // The store tries again by itself: it must know which attempts may have taken effect.
  const options = { retryOptions: { maxTries: 1 } };
  switch (credential.kind) {
    case "key":
      return new ContainerClient(url, new StorageSharedKeyCredential(target.account, credential.key), options);
    case "sas":
      return new ContainerClient(`${url}?${credential.token}`, undefined, options);
    case "emulator":
      return new ContainerClient(url, await emulatorCredential(), options);
    case "identity":
      if (target.endpoint.startsWith("http:")) throw noSecret(target);
      return new ContainerClient(url, await identityCredential(target), options);
  }
}

const EMULATOR = "devstoreaccount1";

function fromConnectionString(text: string, account: string, suffix: string): AzureCredential | undefined {
  if (/^UseDevelopmentStorage=true/i.test(text)) return account === EMULATOR ? { kind: "emulator" } : undefined;
  const parts = new Map(
    text
      .split(";")
      .filter((part) => part.includes("="))
      .map((part) => [part.slice(0, part.indexOf("=")).trim().toLowerCase(), part.slice(part.indexOf("=") + 1).trim()]),
  );
  const name = parts.get("accountname") ?? /\/\/([a-z0-9]+)\./.exec(parts.get("blobendpoint") ?? "")?.[1];
  if (name !== account) return undefined;
  const key = parts.get("accountkey");
  if (key !== undefined) return { kind: "key", key };
  const token = parts.get("sharedaccesssignature");
  if (token !== undefined) return sas(token);
  throw new BoathouseError(
    "INVALID_STORAGE_CREDENTIAL",
    `AZURE_STORAGE_CONNECTION_STRING${suffix} holds neither AccountKey nor SharedAccessSignature.`,
    { kind: "usage", hint: "Copy the connection string from the account's access keys." },
  );
}

function sas(token: string): AzureCredential {
  return { kind: "sas", token: token.replace(/^\?/, "") };
}

async function emulatorCredential(): Promise<StorageSharedKeyCredential> {
  const { BlobServiceClient, StorageSharedKeyCredential } = await import("@azure/storage-blob");
  const { credential } = BlobServiceClient.fromConnectionString("UseDevelopmentStorage=true");
  if (credential instanceof StorageSharedKeyCredential) return credential;
  throw new BoathouseError("INVALID_STORAGE_CREDENTIAL", "The emulator's key is not known.", {
    hint: "Set AZURE_STORAGE_KEY to it.",
  });
}

/** A token is not sent where anybody can read it. */
function noSecret({ account, endpoint }: AzureTarget): BoathouseError {
  return new BoathouseError("STORAGE_CREDENTIAL_MISSING", `There is no credential for ${account} at ${endpoint}.`, {
    kind: "usage",
    hint: "Set AZURE_STORAGE_KEY. An identity needs an address that begins with https.",
  });
}

/** `@azure/identity` is large and needed by few, so that it is installed by whoever needs it. */
async function identityCredential({ account }: AzureTarget): Promise<TokenCredential> {
  try {
    const { DefaultAzureCredential } = await import("@azure/identity");
    return new DefaultAzureCredential();
  } catch (error) {
    if (!isErrno(error, "ERR_MODULE_NOT_FOUND")) throw error;
    throw new BoathouseError(
      "STORAGE_CREDENTIAL_MISSING",
      `There is no credential for the storage account ${account} in the environment.`,
      {
        kind: "usage",
        cause: error,
        hint: "Set AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN or AZURE_STORAGE_CONNECTION_STRING; for a managed identity or the user of the Azure CLI, npm install @azure/identity@4.10.2.",
      },
    );
  }
}
