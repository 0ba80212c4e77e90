const CODES = ['AT', 'BE', 'DE', 'DK', 'ES', 'FI', 'FR', 'IE', 'IT', 'LU', 'NL', 'PL', 'PT', 'SE'];

/** A country of the tests, to which the carrier does not go. */
const REFUSED = { value: 'ZZ', label: 'Nowhere (ZZ, the carrier refuses)' };

export function countryOptions(): { readonly value: string; readonly label: string }[] {
  const names = new Intl.DisplayNames(undefined, { type: 'region' });
  const countries = CODES.map((value) => ({ value, label: names.of(value) ?? value }));
  return [...countries.toSorted((a, b) => a.label.localeCompare(b.label)), REFUSED];
}
