const ISO =
  /^(\d{4})-(\d{2})-(\d{2})T([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.(\d+))?)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
// Databases know no year 0.
const EARLIEST = Date.parse('0001-01-01T00:00:00.000Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

/** Milliseconds since the epoch of an ISO 8601 time with an offset, or why it is none. */
export function epochMillis(iso: string): number | string {
  const parts = ISO.exec(iso);
  if (!parts) return 'must be an ISO 8601 time with an offset, such as 2026-03-14T09:26:53.589Z';
  const [, year, month, day, , fraction = ''] = parts;
  if (/[^0]/.test(fraction.slice(3))) return 'has more than milliseconds';
  const daysInMonth = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  const millis = Date.parse(iso);
  if (Number.isNaN(millis) || Number(day) > daysInMonth || isoTime(millis) === undefined)
    return 'is not a date of the calendar';
  return millis;
}

/** Undefined for a number that no four-digit year has. */
export function isoTime(millis: number): string | undefined {
  return millis >= EARLIEST && millis <= LATEST ? new Date(millis).toISOString() : undefined;
}
