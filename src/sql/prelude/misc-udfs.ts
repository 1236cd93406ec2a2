import { createCipheriv, createDecipheriv, randomBytes, type CipherGCM, type DecipherGCM } from "node:crypto";
import iconv from "iconv-lite";
import { array, BINARY, BOOLEAN, field, LONG, STRING, struct } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { compiledPattern } from "./regexp-udfs.ts";
import { asBigint, asBytes, asText, udf, type Udf } from "./udf.ts";

export const miscUdfs: readonly Udf[] = [
  udf("spkjs_counter", [STRING, LONG], LONG, (name, statement) => nextOf(`${asText(name)}@${asBigint(statement)}`), {
    volatile: true,
  }),
  udf("spkjs_unbase64", [STRING], BINARY, (text) => fromMime(asText(text))),
  udf("spkjs_to_base32", [BINARY], STRING, (bytes) => toBase32(asBytes(bytes))),
  udf("spkjs_from_base32", [STRING], BINARY, (text) => fromBase32(asText(text))),
  udf("spkjs_encode", [STRING, STRING], BINARY, (text, charset) => encode(asText(text), asText(charset))),
  udf("spkjs_decode", [BINARY, STRING], STRING, (bytes, charset) =>
    decode(Buffer.from(asBytes(bytes)), asText(charset)),
  ),
  udf("spkjs_decode_lossy", [BINARY, STRING], STRING, (bytes, charset) =>
    iconv.decode(Buffer.from(asBytes(bytes)), knownCharset(asText(charset)), { stripBOM: false }),
  ),
  udf("spkjs_to_binary", [STRING, STRING], BINARY, (text, format) =>
    toBinary(asText(text), asText(format).toLowerCase()),
  ),
  udf("spkjs_url_encode", [STRING], STRING, (text) => urlEncode(asText(text))),
  udf("spkjs_url_decode", [STRING], STRING, (text) => urlDecode(asText(text))),
  udf(
    "spkjs_parse_url",
    [STRING, STRING, STRING, BOOLEAN],
    STRING,
    (url, part, key, keyed) =>
      typeof url !== "string" || typeof part !== "string" || (keyed === true && typeof key !== "string")
        ? null
        : parseUrl(url, part, keyed === true ? asText(key) : undefined),
    { nulls: "pass" },
  ),
  udf(
    "spkjs_str_to_map",
    [STRING, STRING, STRING],
    array(struct([field("key", STRING), field("value", STRING)])),
    (text, pairs, values) =>
      asText(text)
        .split(compiledPattern(asText(pairs)))
        .map((pair) => {
          const match = compiledPattern(asText(values)).exec(pair);
          return match === null
            ? { key: pair, value: null }
            : { key: pair.slice(0, match.index), value: pair.slice(match.index + match[0].length) };
        }),
  ),
  udf(
    "spkjs_aes_encrypt",
    [BINARY, BINARY, STRING, STRING, BINARY, BINARY],
    BINARY,
    (data, key, mode, padding, iv, aad) =>
      aesEncrypt(asBytes(data), asBytes(key), asText(mode), asText(padding), asBytes(iv), asBytes(aad)),
  ),
  udf("spkjs_aes_decrypt", [BINARY, BINARY, STRING, STRING, BINARY], BINARY, (data, key, mode, padding, aad) =>
    aesDecrypt(asBytes(data), asBytes(key), asText(mode), asText(padding), asBytes(aad)),
  ),
];

const counters = new Map<string, bigint>();

/** 0, 1, 2 … for each place in each statement. */
function nextOf(place: string): bigint {
  if (counters.size > 1000) counters.clear();
  const value = counters.get(place) ?? 0n;
  counters.set(place, value + 1n);
  return value;
}

/** Java's MIME decoder: what is not of the alphabet is passed over. */
function fromMime(text: string): Uint8Array {
  const [, digits = "", rest = ""] = /^([^=]*)(=*)/.exec(text.replaceAll(/[^A-Za-z0-9+/=]/g, "")) ?? [];
  if (digits.length % 4 === 1 || rest.length > 2) throw conversionError(text, "BASE64");
  return Buffer.from(digits, "base64");
}

function fromBase64(text: string): Uint8Array {
  const match = /^([A-Za-z0-9+/\s]*)(={0,2})\s*$/.exec(text);
  const digits = (match?.[1] ?? "").replaceAll(/\s/g, "");
  const pad = match?.[2]?.length ?? 0;
  const whole = pad === 0 ? digits.length % 4 !== 1 : (digits.length + pad) % 4 === 0;
  if (match === null || !whole) throw conversionError(text, "BASE64");
  return Buffer.from(digits, "base64");
}

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** RFC 4648, section 6. */
function toBase32(bytes: Uint8Array): string {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
  const digits = bits.match(/.{1,5}/g) ?? [];
  const text = digits.map((each) => BASE32.charAt(Number.parseInt(each.padEnd(5, "0"), 2))).join("");
  return text.padEnd(Math.ceil(text.length / 8) * 8, "=");
}

function fromBase32(text: string): Uint8Array {
  const clean = text.toUpperCase().replace(/=+$/, "");
  if (!/^[A-Z2-7]*$/.test(clean)) throw conversionError(text, "BASE32");
  const bits = Array.from(clean, (char) => BASE32.indexOf(char).toString(2).padStart(5, "0")).join("");
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
}

function conversionError(text: string, format: string): BoathouseError {
  return new BoathouseError(
    "CONVERSION_INVALID_INPUT",
    `The value '${text}' (STRING) cannot be converted to BINARY because it is malformed (${format}).`,
    {
      sqlState: "22018",
    },
  );
}

const CHARSETS: Readonly<Record<string, string>> = {
  "UTF-8": "utf8",
  "US-ASCII": "ascii",
  "ISO-8859-1": "latin1",
  "UTF-16BE": "utf-16be",
  "UTF-16LE": "utf-16le",
  "UTF-16": "utf-16",
  "UTF-32": "utf-32",
};

function knownCharset(name: string): string {
  const charset = CHARSETS[name.toUpperCase()];
  if (charset !== undefined) return charset;
  throw new BoathouseError(
    "INVALID_PARAMETER_VALUE.CHARSET",
    `The value of parameter \`charset\` is invalid: expects one of ${Object.keys(CHARSETS).join(", ")}, but got ${name}.`,
    {
      sqlState: "22023",
    },
  );
}

function decode(bytes: Buffer, charset: string): string {
  const known = knownCharset(charset);
  const text = iconv.decode(bytes, known, { stripBOM: false });
  if (!text.includes("\uFFFD") || iconv.encode(text, known).equals(bytes)) return text;
  throw new BoathouseError(
    "MALFORMED_CHARACTER_CODING",
    `Invalid value found when performing \`decode\` with ${charset}.`,
  );
}

function encode(text: string, charset: string): Uint8Array {
  const name = knownCharset(charset);
  if (name === "utf-16") return Buffer.concat([Buffer.from([0xfe, 0xff]), iconv.encode(text, "utf-16be")]);
  if (name === "utf-32") return iconv.encode(text, "utf-32be", { addBOM: false });
  // eslint-disable-next-line no-control-regex
  const limit = name === "ascii" ? /[^\x00-\x7f]/u : name === "latin1" ? /[^\x00-\xff]/u : undefined;
  if (limit?.test(text) === true) {
    throw new BoathouseError(
      "MALFORMED_CHARACTER_CODING",
      `Invalid value found when performing \`encode\` with ${charset}.`,
      { sqlState: "22000" },
    );
  }
  return iconv.encode(text, name);
}

function toBinary(text: string, format: string): Uint8Array {
  switch (format) {
    case "utf-8":
    case "utf8":
      return Buffer.from(text, "utf8");
    case "base64":
      return fromBase64(text);
    case "hex":
      if (!/^[0-9A-Fa-f]*$/.test(text)) throw conversionError(text, "HEX");
      return Buffer.from(text.length % 2 === 1 ? `0${text}` : text, "hex");
    default:
      throw new BoathouseError(
        "INVALID_PARAMETER_VALUE.BINARY_FORMAT",
        `The value of parameter \`format\` in \`to_binary\` is invalid: '${format}'.`,
      );
  }
}

/** Java's `URLEncoder`. */
function urlEncode(text: string): string {
  return encodeURIComponent(text)
    .replaceAll("%20", "+")
    .replaceAll(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function urlDecode(text: string): string {
  const spaced = text.replaceAll("+", " ");
  if (/%(?![0-9A-Fa-f]{2})/.test(spaced)) {
    throw new BoathouseError(
      "CANNOT_DECODE_URL",
      `The provided URL cannot be decoded: ${text}. Please ensure that the URL is properly formatted and try again.`,
      { sqlState: "22546" },
    );
  }
  const bytes = spaced.replaceAll(/((?:%[0-9A-Fa-f]{2})+)/g, (run) =>
    Buffer.from(run.replaceAll("%", ""), "hex").toString("utf8"),
  );
  return bytes;
}

const URL_SHAPE = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/;

/** Java's `URI` parts. */
function parseUrl(url: string, part: string, key: string | undefined): string | null {
  const match = URL_SHAPE.exec(url);
  if (match === null || /[\s<>"{}|\\^`]/.test(url) || /%(?![0-9A-Fa-f]{2})/.test(url)) {
    throw new BoathouseError(
      "INVALID_URL",
      `The url is invalid: ${url}. Use \`try_parse_url\` to tolerate invalid URL and return NULL instead.`,
      { sqlState: "22P02" },
    );
  }
  const [, scheme, authority, path = "", query, fragment] = match;
  if (key !== undefined && part !== "QUERY") return null;
  switch (part) {
    case "HOST": {
      const host = authority?.replace(/^.*@/, "").replace(/:\d*$/, "");
      return host === undefined || host === "" ? null : host;
    }
    case "PATH":
      return path;
    case "QUERY":
      if (query === undefined || key === undefined) return query ?? null;
      return (
        new RegExp(`(?:^|&)${key.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}=([^&]*)`).exec(query)?.[1] ?? null
      );
    case "REF":
      return fragment ?? null;
    case "PROTOCOL":
      return scheme ?? null;
    case "FILE":
      return query === undefined ? path : `${path}?${query}`;
    case "AUTHORITY":
      return authority === undefined || authority === "" ? null : authority;
    case "USERINFO":
      return authority?.includes("@") === true ? authority.replace(/@.*$/, "") : null;
    default:
      return null;
  }
}

interface AesMode {
  readonly mode: "gcm" | "cbc" | "ecb";
  readonly cipher: string;
}

function aesMode(key: Uint8Array, mode: string, padding: string): AesMode {
  const name = mode.toUpperCase();
  const pad = padding.toUpperCase();
  if (![16, 24, 32].includes(key.length)) {
    throw new BoathouseError(
      "INVALID_PARAMETER_VALUE.AES_KEY_LENGTH",
      `The value of parameter \`key\` is invalid: expects a binary value with 16, 24 or 32 bytes, but got ${key.length} bytes.`,
      { sqlState: "22023" },
    );
  }
  const allowed =
    (name === "GCM" && (pad === "DEFAULT" || pad === "NONE")) ||
    ((name === "CBC" || name === "ECB") && (pad === "DEFAULT" || pad === "PKCS"));
  if (!allowed)
    throw new BoathouseError("UNSUPPORTED_FEATURE.AES_MODE", `AES-${name} with the padding ${pad} is not supported.`, {
      sqlState: "0A000",
    });
  const known = name === "GCM" ? "gcm" : name === "CBC" ? "cbc" : "ecb";
  return { mode: known, cipher: `aes-${key.length * 8}-${known}` };
}

function aesEncrypt(
  data: Uint8Array,
  key: Uint8Array,
  mode: string,
  padding: string,
  given: Uint8Array,
  aad: Uint8Array,
): Uint8Array {
  const { mode: kind, cipher } = aesMode(key, mode, padding);
  const size = kind === "gcm" ? 12 : kind === "cbc" ? 16 : 0;
  if (given.length > 0 && given.length !== size) {
    throw new BoathouseError(
      "INVALID_PARAMETER_VALUE.AES_IV_LENGTH",
      `The value of parameter \`iv\` is invalid: expects ${size} bytes, but got ${given.length} bytes.`,
      { sqlState: "22023" },
    );
  }
  const iv = given.length > 0 ? given : randomBytes(size);
  const engine = createCipheriv(cipher, key, size === 0 ? null : iv);
  if (kind === "gcm" && aad.length > 0) (engine as CipherGCM).setAAD(aad);
  const body = Buffer.concat([engine.update(data), engine.final()]);
  return Buffer.concat([iv, body, kind === "gcm" ? (engine as CipherGCM).getAuthTag() : Buffer.alloc(0)]);
}

function aesDecrypt(data: Uint8Array, key: Uint8Array, mode: string, padding: string, aad: Uint8Array): Uint8Array {
  const { mode: kind, cipher } = aesMode(key, mode, padding);
  const size = kind === "gcm" ? 12 : kind === "cbc" ? 16 : 0;
  const tag = kind === "gcm" ? 16 : 0;
  try {
    const engine = createDecipheriv(cipher, key, size === 0 ? null : data.subarray(0, size));
    if (kind === "gcm") {
      (engine as DecipherGCM).setAuthTag(data.subarray(data.length - tag));
      if (aad.length > 0) (engine as DecipherGCM).setAAD(aad);
    }
    return Buffer.concat([engine.update(data.subarray(size, data.length - tag)), engine.final()]);
  } catch (error) {
    throw new BoathouseError(
      "INVALID_PARAMETER_VALUE.AES_CRYPTO_ERROR",
      "The value of parameter `expr, key` in `aes_encrypt`/`aes_decrypt` is invalid: it cannot be decrypted.",
      {
        sqlState: "22023",
        cause: error,
      },
    );
  }
}
