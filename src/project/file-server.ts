import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { BoathouseError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";

/** What stands at a path of the server: a file of this machine, or data. */
export type Served = { readonly file: string } | { readonly json: Json };

export interface FileServer {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves files over HTTP on the loopback address, on a free port: the far side of an HTTP linked service when there is
 * no network. Entity tags follow size and modification time; ranges and conditional requests are answered.
 */
export async function serveFiles(
  find: (path: string) => Promise<Served | undefined> | Served | undefined,
): Promise<FileServer> {
  const server = createServer((request, response) => {
    answer(request, response, find).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500);
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  server.unref();
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  find: Parameters<typeof serveFiles>[0],
): Promise<void> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.writeHead(405, { allow: "GET, HEAD" }).end();
    return;
  }
  const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
  const served = await find(path);
  if (served === undefined) {
    response.writeHead(404, { "content-type": "text/plain" }).end("404: Not Found");
    return;
  }
  if ("json" in served) {
    const body = JSON.stringify(served.json);
    response.writeHead(200, {
      "content-type": "application/json; charset=utf-8",
      "content-length": Buffer.byteLength(body),
    });
    response.end(request.method === "HEAD" ? undefined : body);
    return;
  }
  await answerFile(request, response, served.file);
}

async function answerFile(request: IncomingMessage, response: ServerResponse, file: string): Promise<void> {
  const info = await stat(file).catch((error: unknown) => {
    throw new BoathouseError("SOURCE_NOT_FOUND", `The source file ${file} cannot be read.`, { cause: error });
  });
  const etag = `"${info.size.toString(16)}-${Math.round(info.mtimeMs).toString(16)}"`;
  const headers = {
    etag,
    "accept-ranges": "bytes",
    "content-type": "text/plain; charset=utf-8",
    "last-modified": info.mtime.toUTCString(),
  };
  const ifMatch = request.headers["if-match"];
  if (ifMatch !== undefined && ifMatch !== "*" && ifMatch !== etag) {
    response.writeHead(412, headers).end();
    return;
  }
  if (request.headers["if-none-match"] === etag) {
    response.writeHead(304, headers).end();
    return;
  }
  const range = rangeOf(request.headers.range, info.size);
  if (range === "unsatisfiable") {
    response.writeHead(416, { ...headers, "content-range": `bytes */${info.size}` }).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: info.size - 1 };
  const length = end - start + 1;
  if (range === undefined) response.writeHead(200, { ...headers, "content-length": length });
  else
    response.writeHead(206, {
      ...headers,
      "content-length": length,
      "content-range": `bytes ${start}-${end}/${info.size}`,
    });
  if (request.method === "HEAD" || length === 0) {
    response.end();
    return;
  }
  await pipeline(createReadStream(file, { start, end }), response);
}

/** One range of bytes (RFC 9110, section 14.1.2); several at once are answered with the whole. */
function rangeOf(
  header: string | undefined,
  size: number,
): { readonly start: number; readonly end: number } | "unsatisfiable" | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (match === null || (match[1] === "" && match[2] === "")) return undefined;
  const start = match[1] === "" ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = match[1] === "" || match[2] === "" ? size - 1 : Math.min(size - 1, Number(match[2]));
  return start > end ? "unsatisfiable" : { start, end };
}
