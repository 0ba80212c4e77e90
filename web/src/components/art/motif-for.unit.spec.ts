import { expect, it } from 'vitest';
import * as goods from './goods-motifs';
import * as home from './home-motifs';
import { motifFor } from './motif-for';
import * as wear from './wear-motifs';

it.each([
  ['Stoneware Mug', 'kitchen', home.mug],
  ['Shelf Speaker', 'audio', goods.speaker],
  ['Low Keyboard', 'desk', goods.keyboard],
  ['Linen Shirt', 'clothing', wear.shirt],
  ['Linen Tea Towels, Pair', 'kitchen', home.textile],
  ['Cork Yoga Mat', 'wellness', goods.mat],
  ['The Quiet Garden', 'books', goods.book],
  ['Something new', 'books', goods.book],
  ['Something new', 'unheard of', goods.shapes],
])('%s of %s has its picture', (name, category, motif) => {
  expect(motifFor(name, category)).toBe(motif);
});
