import { throwIfAborted } from "../core/cancellation.ts";
import type { Clock } from "../core/clock.ts";
import { isBoathouseError } from "../core/errors.ts";

export interface RequestSettings {
  /** How often a request is tried again. */
  readonly retries: number;
  /** Milliseconds for one attempt. */
  readonly timeout: number;
  readonly clock: Clock;
}

/** What the service or the network said, without the request, whose URL may hold a signature. */
export class AzureFailure extends Error {
  override readonly name = "AzureFailure";
  /** The HTTP status; undefined when there was no answer. */
  readonly status: number | undefined;
  /** `BlobNotFound`, `ServerBusy`; or the network's code, `ECONNRESET`. */
  readonly code: string | undefined;
  readonly attempts: number;
  /** Was there an attempt of which it is not known whether it took effect? */
  readonly uncertain: boolean;

  constructor(what: Answer & { readonly attempts: number; readonly uncertain: boolean }) {
    super(what.message);
    this.status = what.status;
    this.code = what.code;
    this.attempts = what.attempts;
    this.uncertain = what.uncertain;
  }
}

/**
 * Performs a request, again when the failure may pass: 408, 429, 5xx but 501, no or a broken connection, silence. Throws
 * an `AzureFailure`, or why the signal was aborted.
 */
export async function attempt<T>(
  settings: RequestSettings,
  signal: AbortSignal | undefined,
  send: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  let uncertain = false;
  for (let tries = 1; ; tries += 1) {
    throwIfAborted(signal);
    const timeout = AbortSignal.timeout(settings.timeout);
    try {
      return await send(signal === undefined ? timeout : AbortSignal.any([signal, timeout]));
    } catch (error) {
      throwIfAborted(signal);
      const answer = answerOf(error, timeout.aborted ? settings.timeout : undefined);
      if (answer === undefined) throw error;
      uncertain ||= mayHaveTakenEffect(answer);
      if (tries > settings.retries || !mayPass(answer))
        throw new AzureFailure({ ...answer, attempts: tries, uncertain });
      const backoff = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (tries - 1)) * (0.5 + Math.random() / 2);
      await settings.clock.sleep(Math.min(answer.retryAfter ?? backoff, LONGEST_WAIT), signal);
    }
  }
}

/** Milliseconds. */
const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 10_000;
const LONGEST_WAIT = 60_000;

interface Answer {
  readonly message: string;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly retryAfter?: number;
}

function mayPass({ status, code }: Answer): boolean {
  if (status === undefined) return code === undefined || !FOR_GOOD.has(code);
  return status === 408 || status === 429 || (status >= 500 && status !== 501);
}

function mayHaveTakenEffect({ status, code }: Answer): boolean {
  if (status === undefined) return code === undefined || !NEVER_SENT.has(code);
  return status === 408 || (status >= 500 && code !== "ServerBusy");
}

const NEVER_SENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"]);

/** A name that does not exist will not exist in a second either. */
const FOR_GOOD = new Set(["ENOTFOUND", "CERT_HAS_EXPIRED", "DEPTH_ZERO_SELF_SIGNED_CERT", "SELF_SIGNED_CERT_IN_CHAIN"]);

/** What `@azure/identity` throws when nobody is signed in. */
const IDENTITY_ERRORS = new Set([
  "AggregateAuthenticationError",
  "AuthenticationRequiredError",
  "CredentialUnavailableError",
]);

/** Undefined for what does not come from a request. */
function answerOf(error: unknown, timedOut: number | undefined): Answer | undefined {
  if (timedOut !== undefined) return { message: `no answer for ${timedOut} ms`, status: undefined, code: undefined };
  if (!(error instanceof Error) || isBoathouseError(error)) return undefined;
  const [message = ""] = error.message.split("\n");
  if (IDENTITY_ERRORS.has(error.name)) return { message, status: 401, code: error.name };
  // Of the platform's own errors (ERR_…) those of streams come from the network.
  if (error.name !== "RestError" && !/^(?:E[A-Z]+|ERR_STREAM_PREMATURE_CLOSE)$/.test(codeOf(error) ?? ""))
    return undefined;
  const status = "statusCode" in error && typeof error.statusCode === "number" ? error.statusCode : undefined;
  const wait = status === undefined ? undefined : retryAfter(error);
  return {
    message: message === "" ? String(status) : message,
    status,
    code: codeOf(error),
    ...(wait === undefined ? {} : { retryAfter: wait }),
  };
}

function codeOf(error: Error): string | undefined {
  if ("code" in error && typeof error.code === "string" && error.code !== "REQUEST_SEND_ERROR") return error.code;
  const details = "details" in error ? error.details : undefined;
  const code =
    typeof details === "object" && details !== null && "errorCode" in details ? details.errorCode : undefined;
  return typeof code === "string" ? code : headerOf(error, "x-ms-error-code");
}

function retryAfter(error: Error): number | undefined {
  const seconds = headerOf(error, "retry-after");
  return seconds !== undefined && /^\d+$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}

function headerOf(error: Error, name: string): string | undefined {
  const response = "response" in error ? error.response : undefined;
  if (typeof response !== "object" || response === null || !("headers" in response)) return undefined;
  const { headers } = response;
  if (typeof headers !== "object" || headers === null || !("get" in headers) || typeof headers.get !== "function") {
    return undefined;
  }
  const value: unknown = headers.get(name);
  return typeof value === "string" ? value : undefined;
}
