/** Digits after the point, ISO 4217; every currency that is not listed has two. */
const DIGITS: Readonly<Record<string, number>> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  MGA: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
};

const digitsOf = (currency: string): number => DIGITS[currency.toUpperCase()] ?? 2;

/**
 * The amount in whole minor units (cents), exactly; undefined when it has a fraction of one or is too large to be
 * held exactly. Never rounds.
 */
export function toMinorUnits(amount: number, currency: string): number | undefined {
  const digits = digitsOf(currency);
  const minor = Number(`${Math.round(Number(`${amount}e${digits}`))}`);
  if (!Number.isSafeInteger(minor)) return undefined;
  return fromMinorUnits(minor, currency) === amount ? minor : undefined;
}

export function fromMinorUnits(minor: number, currency: string): number {
  return Number(`${minor}e-${digitsOf(currency)}`);
}
