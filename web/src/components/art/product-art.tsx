import { memo } from 'react';
import { motifFor } from './motif-for';
import { hashOf, paletteFor } from './palettes';

export interface ProductArtProps {
  readonly productId: string;
  readonly name: string;
  readonly category?: string;
  readonly className?: string;
}

/** A drawing in place of a photograph, chosen by what the product is and coloured by its identity. */
export const ProductArt = memo(({ productId, name, category = '', className }: ProductArtProps) => {
  const seed = hashOf(productId);
  const palette = paletteFor(seed);
  const horizon = 146 + (seed % 5) * 4;
  return (
    <svg viewBox="0 0 200 200" aria-hidden className={className} preserveAspectRatio="xMidYMid slice">
      <rect width="200" height="200" fill={palette.ground} />
      <rect y={horizon} width="200" height={200 - horizon} fill={palette.shade} />
      <circle cx={40 + (seed % 7) * 20} cy={54 + (seed % 3) * 12} r="42" fill={palette.shade} opacity=".65" />
      {motifFor(name, category)(palette)}
    </svg>
  );
});
