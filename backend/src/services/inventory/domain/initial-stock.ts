/** Pieces that a new shop begins with; one product is scarce on purpose. */
const INITIAL: Readonly<Record<string, number>> = {
  'prod-001': 120,
  'prod-002': 80,
  'prod-003': 200,
  'prod-004': 45,
  'prod-005': 300,
  'prod-006': 60,
  'prod-007': 10,
  'prod-008': 150,
  'prod-009': 90,
  'prod-010': 250,
  'prod-011': 35,
  'prod-012': 500,
  'prod-013': 70,
  'prod-014': 110,
  'prod-015': 25,
  'prod-016': 180,
  'prod-017': 220,
  'prod-018': 55,
  'prod-019': 400,
  'prod-020': 95,
  'prod-021': 130,
  'prod-022': 40,
  'prod-023': 75,
  'prod-024': 160,
};

const LOW_SHARE = 0.1;

/** A product that is not of the first catalogue has no stock until somebody delivers some. */
export const initialStock = (productId: string): number =>
  Object.hasOwn(INITIAL, productId) ? (INITIAL[productId] ?? 0) : 0;

/** At or below it the stock counts as low: a tenth of what there was, and at least two pieces. */
export const lowThreshold = (initial: number): number => Math.max(2, Math.floor(initial * LOW_SHARE));
