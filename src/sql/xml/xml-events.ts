/** One event of an XML text. */
export type XmlEvent =
  | { readonly kind: "start"; readonly name: string; readonly attributes: readonly XmlAttribute[] }
  | { readonly kind: "end"; readonly name: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "document_end" };

export interface XmlAttribute {
  readonly name: string;
  readonly value: string;
}

/** The text is not well-formed, as far as it was read. */
export class MalformedXml extends Error {}

const NAME = String.raw`[:A-Z_a-z\u00C0-\u{EFFFF}][-.:\w\u00B7\u00C0-\u{EFFFF}]*`;
const ATTRIBUTE = new RegExp(String.raw`\s+(${NAME})\s*=\s*(?:"([^<"]*)"|'([^<']*)')`, "uy");
const OPEN = new RegExp(`<(${NAME})`, "uy");
const CLOSE = new RegExp(String.raw`</(${NAME})\s*>`, "uy");
const SKIPPED = /<!--(?:(?!--)[^])*-->|<\?[^]*?\?>/uy;

/**
 * The events of an XML text one at a time, as Spark sees them: without namespaces, comments and processing instructions,
 * with text and CDATA that follow each other as one text. Nothing beyond what is asked for is looked at, so what is
 * wrong behind it does not matter. A document type definition is malformed, for its entities would be unknown.
 */
export class XmlReader {
  readonly #text: string;
  #at = 0;
  readonly #open: string[] = [];
  #started = false;
  #pending: XmlEvent | undefined;
  #peeked: XmlEvent | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  peek(): XmlEvent {
    this.#peeked ??= this.#read();
    return this.#peeked;
  }

  next(): XmlEvent {
    const event = this.peek();
    this.#peeked = undefined;
    return event;
  }

  #read(): XmlEvent {
    if (this.#pending !== undefined) {
      const event = this.#pending;
      this.#pending = undefined;
      return event;
    }
    for (;;) {
      if (this.#open.length === 0) this.#space();
      if (this.#at >= this.#text.length) {
        if (this.#open.length > 0 || !this.#started) throw new MalformedXml();
        return { kind: "document_end" };
      }
      if (this.#match(SKIPPED) !== null) continue;
      if (this.#open.length === 0) return this.#root();
      const text = this.#characters();
      if (text !== "") return { kind: "text", text };
      if (this.#text.startsWith("<!--", this.#at) || this.#text.startsWith("<?", this.#at)) {
        if (this.#match(SKIPPED) === null) throw new MalformedXml();
        continue;
      }
      return this.#text.startsWith("</", this.#at) ? this.#close() : this.#start();
    }
  }

  #root(): XmlEvent {
    if (this.#started || !this.#text.startsWith("<", this.#at)) throw new MalformedXml();
    this.#started = true;
    return this.#start();
  }

  #start(): XmlEvent {
    const name = this.#match(OPEN)?.[1];
    if (name === undefined) throw new MalformedXml();
    const attributes: XmlAttribute[] = [];
    for (;;) {
      const found = this.#match(ATTRIBUTE);
      if (found === null) break;
      const key = found[1] ?? "";
      if (attributes.some((each) => each.name === key)) throw new MalformedXml();
      attributes.push({ name: key, value: unescaped((found[2] ?? found[3] ?? "").replaceAll(/[\t\n\r]/g, " ")) });
    }
    this.#space();
    if (this.#text.startsWith("/>", this.#at)) {
      this.#at += 2;
      this.#pending = { kind: "end", name };
    } else if (this.#text.startsWith(">", this.#at)) {
      this.#at += 1;
      this.#open.push(name);
    } else throw new MalformedXml();
    return { kind: "start", name, attributes };
  }

  #close(): XmlEvent {
    const name = this.#match(CLOSE)?.[1];
    if (name === undefined || this.#open.pop() !== name) throw new MalformedXml();
    return { kind: "end", name };
  }

  #characters(): string {
    let out = "";
    for (;;) {
      if (this.#text.startsWith("<![CDATA[", this.#at)) {
        const end = this.#text.indexOf("]]>", this.#at);
        if (end < 0) throw new MalformedXml();
        out += lines(this.#text.slice(this.#at + 9, end));
        this.#at = end + 3;
        continue;
      }
      const end = this.#text.indexOf("<", this.#at);
      const raw = this.#text.slice(this.#at, end < 0 ? this.#text.length : end);
      if (raw === "") return out;
      if (raw.includes("]]>")) throw new MalformedXml();
      out += unescaped(lines(raw));
      this.#at += raw.length;
    }
  }

  #space(): void {
    while (/[ \t\n\r]/.test(this.#text.charAt(this.#at))) this.#at += 1;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found !== null) this.#at += found[0].length;
    return found;
  }
}

/** XML has one line end. */
function lines(text: string): string {
  return text.replaceAll(/\r\n?/g, "\n");
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function unescaped(text: string): string {
  // oxlint-disable-next-line no-control-regex -- characters that XML 1.0 does not have
  if (/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/.test(text)) throw new MalformedXml();
  return text.replaceAll(
    /&(?:#(\d{1,7});|#x([0-9a-fA-F]{1,6});|([A-Za-z]+);|)/g,
    (_, decimal?: string, hex?: string, name?: string) => {
      const code = decimal !== undefined ? Number(decimal) : hex !== undefined ? Number.parseInt(hex, 16) : undefined;
      const char = code === undefined ? ENTITIES[name ?? ""] : characterOf(code);
      if (char === undefined) throw new MalformedXml();
      return char;
    },
  );
}

function characterOf(code: number): string | undefined {
  const known =
    code === 9 || code === 10 || code === 13 || (code >= 32 && code <= 0xd7ff) || (code >= 0xe000 && code <= 0xfffd);
  return known || (code >= 0x10000 && code <= 0x10ffff) ? String.fromCodePoint(code) : undefined;
}
