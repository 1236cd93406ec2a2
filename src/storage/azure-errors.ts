import { BoathouseError } from "../core/errors.ts";
import { AzureFailure } from "./azure-requests.ts";

/** What Azure said, in the words of a store. */
export function azureError(error: unknown, url: string): unknown {
  if (!(error instanceof AzureFailure)) return error;
  const { status, code, message } = error;
  const rule = RULES.find(
    (each) => (code !== undefined && each.codes.includes(code)) || (status !== undefined && each.status === status),
  );
  const details = { ...(status === undefined ? {} : { status }), ...(code === undefined ? {} : { azureCode: code }) };
  if (rule !== undefined) {
    const hint = rule.hint === undefined ? {} : { hint: rule.hint };
    return new BoathouseError(rule.code, `${url}: ${rule.message}.`, { cause: error, details, ...hint });
  }
  const tries = error.attempts === 1 ? "" : ` after ${error.attempts} attempts`;
  const why = code === undefined || message.includes(code) ? message : `${message} (${code})`;
  return new BoathouseError("STORE_UNAVAILABLE", `${url} cannot be reached${tries}: ${why.replace(/\.$/, "")}.`, {
    cause: error,
    details: { ...details, attempts: error.attempts },
  });
}

const RULES: readonly {
  readonly codes: readonly string[];
  readonly status?: number;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}[] = [
  {
    codes: ["ContainerNotFound", "ContainerBeingDeleted", "ContainerDisabled", "FilesystemNotFound"],
    code: "STORE_NOT_FOUND",
    message: "there is no such container",
    hint: "Create it (az storage container create --name … --account-name …), or correct the project's binding.",
  },
  {
    codes: ["AccountIsDisabled", "LeaseIdMissing", "LeaseIdMismatchWithBlobOperation", "BlobImmutableDueToPolicy"],
    code: "STORE_FORBIDDEN",
    message: "the account, a lease or a policy does not permit it",
  },
  {
    codes: ["AggregateAuthenticationError", "CredentialUnavailableError", "AuthenticationRequiredError"],
    code: "STORAGE_CREDENTIAL_MISSING",
    message: "there is no credential for it",
    hint: "Set AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN or AZURE_STORAGE_CONNECTION_STRING, or sign in: az login.",
  },
  {
    codes: ["AuthorizationPermissionMismatch", "AuthorizationFailure", "InsufficientAccountPermissions"],
    code: "STORE_FORBIDDEN",
    message: "the credential does not permit it",
    hint: "Give the identity the role Storage Blob Data Contributor, or check what the shared access signature permits, until when and from where.",
  },
  {
    codes: [
      "AuthenticationFailed",
      "NoAuthenticationInformation",
      "InvalidAuthenticationInfo",
      "AuthorizationSourceIPMismatch",
    ],
    status: 401,
    code: "STORE_FORBIDDEN",
    message: "the credential is not accepted",
    hint: "Check the environment: AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN, AZURE_STORAGE_CONNECTION_STRING or the identity, and AZURE_STORAGE_ACCOUNT.",
  },
  { codes: [], status: 403, code: "STORE_FORBIDDEN", message: "it is not permitted" },
  {
    codes: ["PathConflict", "ResourceTypeMismatch", "PathIsNotADirectory", "DirectoryIsNotEmpty", "PathAlreadyExists"],
    code: "INVALID_OBJECT_KEY",
    message: "a folder and an object cannot have the same name",
  },
  {
    codes: ["InvalidResourceName", "InvalidUri", "OutOfRangeInput"],
    code: "INVALID_OBJECT_KEY",
    message: "Azure does not take that name",
  },
  {
    codes: ["BlobNotFound", "PathNotFound"],
    status: 404,
    code: "OBJECT_NOT_FOUND",
    message: "there is no such object",
  },
];
