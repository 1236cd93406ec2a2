/**
 * Z85, the Base85 of deletion vectors (https://rfc.zeromq.org/spec/32/). Some writers end a text that is no whole number of
 * four bytes with `#` for each byte that is missing, which no four bytes give. Throws `SyntaxError`.
 */
export function decodeZ85(text: string): Buffer {
  if (text.length % 5 !== 0) throw new SyntaxError(`Z85 text of ${text.length} characters is not whole`);
  const missing = /(#{1,3})[^#]+$/.exec(text.slice(-5));
  if (missing !== null && wordOf(text.slice(-5)) >= 2 ** 32) return decodePadded(text, missing[1]?.length ?? 0);
  const bytes = Buffer.alloc((text.length / 5) * 4);
  for (let at = 0, out = 0; at < text.length; at += 5, out += 4) {
    const value = wordOf(text.slice(at, at + 5));
    if (value >= 2 ** 32) throw new SyntaxError(`"${text.slice(at, at + 5)}" is more than four bytes in Z85`);
    bytes.writeUInt32BE(value, out);
  }
  return bytes;
}

function wordOf(digits: string): number {
  let value = 0;
  for (const character of digits) {
    const digit = DIGITS.indexOf(character);
    if (digit < 0) throw new SyntaxError(`"${character}" is no digit of Z85`);
    value = value * 85 + digit;
  }
  return value;
}

/** The last bytes, fewer than four, stand behind as many `#` as are missing. */
function decodePadded(text: string, missing: number): Buffer {
  const tail = Buffer.alloc(4 - missing);
  const value = wordOf(text.slice(missing - 5));
  if (value >= 256 ** tail.length)
    throw new SyntaxError(`"${text.slice(-5)}" is more than ${tail.length} bytes in Z85`);
  tail.writeUIntBE(value, 0, tail.length);
  return Buffer.concat([decodeZ85(text.slice(0, -5)), tail]);
}

/** Of a whole number of four bytes. */
export function encodeZ85(bytes: Buffer): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4) {
    let value = bytes.readUInt32BE(at);
    let digits = "";
    for (let index = 0; index < 5; index += 1) {
      digits = DIGITS.charAt(value % 85) + digits;
      value = Math.floor(value / 85);
    }
    text += digits;
  }
  return text;
}

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
