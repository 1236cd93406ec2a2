/** The bytes that DataSketches hashes of a value. All little-endian. */

export function longBytes(value: bigint): Uint8Array {
  return longsBytes([value]);
}

export function longsBytes(values: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 8);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => view.setBigInt64(index * 8, value, true));
  return bytes;
}

export function intsBytes(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => view.setInt32(index * 4, value, true));
  return bytes;
}

/** Zero has no sign and there is one NaN. */
export function doubleBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  if (Number.isNaN(value)) view.setBigUint64(0, 0x7ff8000000000000n, true);
  else view.setFloat64(0, value === 0 ? 0 : value, true);
  return bytes;
}

export function textBytes(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
