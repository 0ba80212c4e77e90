export interface Palette {
  readonly ground: string;
  readonly shade: string;
  readonly main: string;
  readonly dark: string;
  readonly light: string;
}

const PALETTES: readonly Palette[] = [
  { ground: '#e9e2d2', shade: '#dbd1bb', main: '#b5654a', dark: '#6f3626', light: '#f7f1e4' },
  { ground: '#dde6df', shade: '#cad8cd', main: '#4f7f6b', dark: '#274a3d', light: '#f3f7f2' },
  { ground: '#dfe5ec', shade: '#cbd5e0', main: '#55779c', dark: '#2b4460', light: '#f4f7fa' },
  { ground: '#eee0d9', shade: '#e2cdc3', main: '#a85a66', dark: '#652f3b', light: '#faf3ef' },
  { ground: '#ece5cd', shade: '#ded4b2', main: '#c0943a', dark: '#6d5117', light: '#faf6e7' },
  { ground: '#e3dfe9', shade: '#d2cbdd', main: '#77689c', dark: '#43375f', light: '#f6f4f9' },
  { ground: '#dce8e8', shade: '#c7d9d9', main: '#3f8289', dark: '#1e4b50', light: '#f1f8f8' },
];

/** FNV-1a: the same product has the same picture everywhere. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash;
}

export function paletteFor(seed: number): Palette {
  const palette = PALETTES[seed % PALETTES.length];
  if (!palette) throw new RangeError(`no palette for ${seed}`);
  return palette;
}
