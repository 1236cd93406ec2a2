/** Z85, the Base85 of deletion vectors (https://rfc.zeromq.org/spec/32/). Throws `SyntaxError`. */
export function decodeZ85(text: string): Buffer {
  if (text.length % 5 !== 0) throw new SyntaxError(`Z85 text of ${text.length} characters is not whole`);
  const bytes = Buffer.alloc((text.length / 5) * 4);
  for (let at = 0, out = 0; at < text.length; at += 5, out += 4) {
    let value = 0;
    for (let index = 0; index < 5; index += 1) {
      const digit = DIGITS.indexOf(text.charAt(at + index));
      if (digit < 0) throw new SyntaxError(`"${text.charAt(at + index)}" is no digit of Z85`);
      value = value * 85 + digit;
    }
    bytes.writeUInt32BE(value % 2 ** 32, out);
  }
  return bytes;
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
