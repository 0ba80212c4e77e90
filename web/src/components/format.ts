export const DEFAULT_CURRENCY = 'EUR';

export function formatMoney(amount: number, currency?: string | null): string {
  const style = { style: 'currency', currency: currency ?? DEFAULT_CURRENCY } as const;
  return new Intl.NumberFormat(undefined, style).format(amount);
}

export function formatCount(count: number): string {
  return new Intl.NumberFormat().format(count);
}

export function formatTime(iso: string): string {
  return new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' }).format(new Date(iso));
}

export function formatDateTime(iso: string): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(
    new Date(iso),
  );
}

/** `needs_attention` and `home-office` as people read them. */
export function humanize(name: string): string {
  const words = name.replace(/[_-]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
