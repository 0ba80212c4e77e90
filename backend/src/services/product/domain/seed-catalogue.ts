import type { Category } from './product';

export interface SeedProduct {
  readonly productId: string;
  readonly name: string;
  readonly category: Category;
  readonly priceMinor: number;
  readonly description: string;
}

type Line = readonly [name: string, category: Category, priceMinor: number, description: string];

const LINES: readonly Line[] = [
  ['Enamel Kettle', 'kitchen', 4490, 'A two-litre kettle with a wooden grip. It whistles, but politely.'],
  [
    'Olive Wood Board',
    'kitchen',
    3450,
    'Cut from one piece of olive wood, oiled by hand, with a hole to hang it by.',
  ],
  ['Stoneware Bowl', 'kitchen', 1890, 'A deep bowl in oat glaze for soup, salad or the first cherries.'],
  ['Pour-over Coffee Set', 'kitchen', 3995, 'Glass server, porcelain dripper and forty paper filters.'],
  [
    'Linen Tea Towels, Pair',
    'kitchen',
    1650,
    'Washed linen that dries glasses without a trace and looks better each year.',
  ],
  ['Wool Throw', 'home', 7900, 'Undyed lambswool, 130 by 180 centimetres, woven in a small mill.'],
  [
    'Brass Reading Lamp',
    'home',
    12900,
    'A solid brass lamp with a warm, dimmable light. Made in small batches.',
  ],
  ['Beeswax Candles, Four', 'home', 1495, 'Slow-burning candles of pure beeswax, about eight hours each.'],
  ['Cotton Cushion', 'home', 2990, 'A firm feather cushion in a heavy cotton cover that can be washed.'],
  ['Terracotta Planter', 'home', 2250, 'Hand-thrown, frost-proof, with a saucer. For herbs on a sunny sill.'],
  [
    'Trail Backpack 22 L',
    'outdoor',
    8950,
    'A light pack for a day in the hills, with a rain cover in its base.',
  ],
  ['Enamel Camp Mug', 'outdoor', 1290, 'Holds 350 millilitres of anything hot. Chips gracefully.'],
  ['Merino Beanie', 'outdoor', 2790, 'Soft merino that does not itch, in moss green.'],
  [
    'Folding Picnic Blanket',
    'outdoor',
    4200,
    'Wool on top, waterproof below, and a leather strap to carry it.',
  ],
  ['Steel Water Bottle', 'outdoor', 2450, 'Keeps 750 millilitres cold for a day and warm for half of one.'],
  ['Dotted Notebook', 'office', 1350, 'One hundred and ninety-two numbered pages that lie flat.'],
  [
    'Fountain Pen',
    'office',
    5800,
    'A light pen with a fine steel nib, a converter and a bottle of blue ink.',
  ],
  ['Felt Desk Pad', 'office', 3200, 'Grey wool felt, quiet under a keyboard and kind to the wrists.'],
  ['Oak Monitor Stand', 'office', 6450, 'Lifts a screen to eye height and hides the keyboard beneath.'],
  ['A Field Guide to Bread', 'books', 2995, 'Forty loaves, three flours and one honest oven. 240 pages.'],
  ['The Quiet Garden', 'books', 2450, 'A year in a small town garden, told in letters and drawings.'],
  ['Maps of Imaginary Coasts', 'books', 3800, 'Thirty-two fold-out maps of places that ought to exist.'],
  ['Lavender Bath Salt', 'wellness', 1190, 'Sea salt, lavender from one field, and nothing else. 500 grams.'],
  [
    'Cork Yoga Mat',
    'wellness',
    6990,
    'Natural cork on natural rubber. The warmer the hands, the better it holds.',
  ],
];

/** What a new shop sells: `prod-001` onwards. */
export const SEED_CATALOGUE: readonly SeedProduct[] = LINES.map(
  ([name, category, priceMinor, description], index) => ({
    productId: `prod-${String(index + 1).padStart(3, '0')}`,
    name,
    category,
    priceMinor,
    description,
  }),
);
