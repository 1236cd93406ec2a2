import { textOfJson } from "../json/text-of.ts";
import { BoathouseError, messageOf } from "../../core/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../core/json.ts";
import {
  anything,
  flag,
  inert,
  object,
  oneOf,
  record,
  refused,
  required,
  secret,
  text,
  timespan,
  variant,
} from "../model/shape.ts";
import type { ActivityContext } from "../runtime/activity-context.ts";
import { secretOf } from "../runtime/secrets.ts";
import type { ActivityKind } from "./activity-kind.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"] as const;
const ONE_MINUTE = 60_000;
const LARGEST_RESPONSE = 4 * 1024 * 1024;
const POLL_INTERVAL = 10_000;

export const WEB: ActivityKind = {
  type: "WebActivity",
  description: "Calls a web address. The output is the JSON object it answers with, or `Response` with the text.",
  properties: object({
    method: required(oneOf(...METHODS)),
    url: required(text),
    headers: record(text),
    body: anything,
    authentication: variant(
      "authentication",
      { Basic: object({ username: required(text), password: required(secret) }) },
      ["ClientCertificate", "MSI", "ServicePrincipal", "UserAssignedManagedIdentity"],
    ),
    httpRequestTimeout: timespan,
    turnOffAsync: flag,
    disableCertValidation: refused("certificates are always checked"),
    datasets: refused("they hand credentials of Azure to the called service"),
    linkedServices: refused("they hand credentials of Azure to the called service"),
    connectVia: inert("requests go out from this machine"),
  }),
  policy: true,
  async run(context) {
    const { properties } = context;
    const method = properties.requiredText("method").toUpperCase();
    const url = properties.requiredText("url");
    const headers = headersOf(context);
    const body = bodyOf(properties.value("body"), method, headers);
    await context.recordInput({
      method,
      url,
      headers: withoutSecrets(headers),
      ...(body === undefined ? {} : { body }),
    });
    const timeout = properties.duration("httpRequestTimeout") ?? ONE_MINUTE;
    let answer = await request(context, { method, url, headers, timeout, ...(body === undefined ? {} : { body }) });
    const follow = !properties.flag("turnOffAsync", false);
    while (follow && answer.status === 202 && answer.location !== undefined) {
      await context.node.clock.sleep(answer.retryAfter ?? POLL_INTERVAL, context.signal);
      const next = new URL(answer.location, url);
      const own = next.origin === new URL(url).origin ? headers : withoutCredentials(headers);
      answer = await request(context, { method: "GET", url: next.href, headers: own, timeout });
    }
    return outputOf(answer);
  },
};

interface Request {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeout: number;
}

interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly retryAfter: number | undefined;
  readonly headers: JsonObject;
  readonly text: string;
}

async function request(context: ActivityContext, { method, url, headers, body, timeout }: Request): Promise<Answer> {
  const limit = AbortSignal.timeout(timeout);
  try {
    const response = await fetch(context.services.mapUrl?.(url) ?? url, {
      method,
      headers,
      signal: AbortSignal.any([context.signal, limit]),
      ...(body === undefined ? {} : { body }),
    });
    const answer = await readText(response, url);
    if (response.ok) {
      const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
      return {
        status: response.status,
        location: response.headers.get("location") ?? undefined,
        retryAfter: Number.isNaN(retryAfter) ? undefined : retryAfter * 1000,
        headers: Object.fromEntries(response.headers),
        text: answer,
      };
    }
    throw new BoathouseError(
      "WEB_REQUEST_FAILED",
      `${method} ${url} was answered with ${response.status} ${response.statusText}: ${answer.slice(0, 500)}`,
      { details: { status: response.status }, hint: hintFor(response.status) },
    );
  } catch (error) {
    if (error instanceof BoathouseError || context.signal.aborted) throw error;
    const why = limit.aborted ? `it took longer than ${timeout / 1000} seconds` : causeOf(error);
    throw new BoathouseError("WEB_REQUEST_FAILED", `${method} ${url} failed: ${why}.`, {
      cause: error,
      hint: "Check the address and that the server answers; retries are set in the activity's policy.",
    });
  }
}

async function readText(response: Response, url: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > LARGEST_RESPONSE) {
      throw new BoathouseError("WEB_RESPONSE_TOO_LARGE", `The answer of ${url} is larger than 4 MB.`, {
        hint: "Copy it with a Copy activity.",
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** A JSON object is the output itself; anything else stands as text under `Response`. */
function outputOf(answer: Answer): Json {
  const headers = { ADFWebActivityResponseHeaders: answer.headers };
  try {
    const value = JSON.parse(answer.text) as Json;
    if (isJsonObject(value)) return { ...value, ...headers };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return { Response: answer.text, ...headers };
}

function headersOf(context: ActivityContext): Record<string, string> {
  const { properties } = context;
  const given = properties.value("headers");
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(isJsonObject(given) ? given : {})) headers[name] = textOfJson(value);
  const authentication = properties.object("authentication");
  if (authentication.text("type") === "Basic") {
    const user = authentication.requiredText("username");
    const password = secretOf(authentication, "password", context.services);
    headers["authorization"] = `Basic ${Buffer.from(`${user}:${password}`, "utf8").toString("base64")}`;
  }
  return headers;
}

function bodyOf(value: Json | undefined, method: string, headers: Record<string, string>): string | undefined {
  if (value === undefined || value === null || method === "GET" || method === "HEAD") return undefined;
  if (typeof value === "string") return value;
  if (!Object.keys(headers).some((name) => name.toLowerCase() === "content-type")) {
    headers["content-type"] = "application/json";
  }
  return JSON.stringify(value);
}

/** For another server: as in a redirect, what authorises at the first one is none of its business. */
function withoutCredentials(headers: Readonly<Record<string, string>>): Record<string, string> {
  const names = ["authorization", "cookie", "proxy-authorization"];
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name.toLowerCase())));
}

function withoutSecrets(headers: Readonly<Record<string, string>>): JsonObject {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      ["authorization", "cookie"].includes(name.toLowerCase()) ? "***" : value,
    ]),
  );
}

function hintFor(status: number): string {
  if (status === 404) return "Check the address.";
  if (status === 401 || status === 403) return "Check the credentials.";
  return status >= 500 ? "The server failed; a retry in the activity's policy may help." : "Check what is sent.";
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const text = messageOf(cause);
  return text === "" && cause instanceof Error && "code" in cause ? String(cause.code) : text;
}
