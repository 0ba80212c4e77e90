export interface DecimalLimits {
  readonly precision: number;
  readonly scale: number;
}

/** Makes the array that receives the bytes; Node callers give Buffers. */
export type BytesFactory = (length: number) => Uint8Array;

/** Below it the error of a multiplication is less than a half, so that rounding finds the whole number meant. */
const EXACT = 2 ** 50;
/** Up to it a power of ten is a double without error. */
const EXACT_SCALE = 22;

/** The number times ten to the scale, exactly; or why that cannot be. Nothing is rounded. */
export function unscaledOf(value: number, { precision, scale }: DecimalLimits): number | bigint | string {
  if (!Number.isFinite(value)) return 'must be a finite number';
  const factor = 10 ** scale;
  const unscaled = Math.round(value * factor);
  if (Math.abs(unscaled) < EXACT && scale <= EXACT_SCALE) {
    // The nearest double to unscaled / factor is the value itself: then the decimal is what was written.
    if (unscaled / factor !== value) return `has more than ${scale} decimals`;
    return Math.abs(unscaled) < 10 ** precision ? unscaled : `has more than ${precision} digits`;
  }
  return unscaledOfLarge(value, { precision, scale });
}

function unscaledOfLarge(value: number, { precision, scale }: DecimalLimits): bigint | string {
  const written = String(value);
  const parts = /^(-?\d+)(?:\.(\d+))?$/.exec(written);
  if (!parts) return `has more than ${precision} digits`;
  const decimals = parts[2] ?? '';
  if (decimals.length > scale) return `has more than ${scale} decimals`;
  const unscaled = BigInt(`${parts[1]}${decimals.padEnd(scale, '0')}`);
  const size = unscaled < 0n ? -unscaled : unscaled;
  return size < 10n ** BigInt(precision) ? unscaled : `has more than ${precision} digits`;
}

/** Two's complement, big-endian, in as few bytes as hold it: Avro's form of a decimal. */
export function decimalBytes(unscaled: number | bigint, bytesOf: BytesFactory): Uint8Array {
  if (typeof unscaled === 'bigint') return largeDecimalBytes(unscaled, bytesOf);
  let length = 1;
  let limit = 128;
  while (unscaled >= limit || unscaled < -limit) {
    length++;
    limit *= 256;
  }
  const bytes = bytesOf(length);
  let rest = unscaled;
  for (let index = length - 1; index >= 0; index--) {
    const low = ((rest % 256) + 256) % 256;
    bytes[index] = low;
    rest = (rest - low) / 256;
  }
  return bytes;
}

function largeDecimalBytes(unscaled: bigint, bytesOf: BytesFactory): Uint8Array {
  let length = 1;
  while (BigInt.asIntN(length * 8, unscaled) !== unscaled) length++;
  const bytes = bytesOf(length);
  let rest = unscaled;
  for (let index = length - 1; index >= 0; index--) {
    bytes[index] = Number(BigInt.asUintN(8, rest));
    rest >>= 8n;
  }
  return bytes;
}

export function decimalNumber(bytes: Uint8Array, scale: number): number {
  const first = bytes[0] ?? 0;
  if (bytes.length > 6 || scale > EXACT_SCALE) return largeDecimalNumber(bytes, scale);
  let unscaled = first >= 128 ? -1 : 0;
  for (const byte of bytes) unscaled = unscaled * 256 + byte;
  return unscaled / 10 ** scale;
}

function largeDecimalNumber(bytes: Uint8Array, scale: number): number {
  let unscaled = (bytes[0] ?? 0) >= 128 ? -1n : 0n;
  for (const byte of bytes) unscaled = unscaled * 256n + BigInt(byte);
  const negative = unscaled < 0n;
  const digits = String(negative ? -unscaled : unscaled).padStart(scale + 1, '0');
  const point = digits.length - scale;
  return Number(`${negative ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point) || '0'}`);
}
