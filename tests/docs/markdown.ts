import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');

const NOT_OURS = new Set(['node_modules', 'dist', '.git', '.data', 'coverage']);

export interface Link {
  readonly text: string;
  readonly target: string;
}

/** Paths from the root of every Markdown file of the repository. */
export function markdownFiles(folder = ROOT): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : markdownFiles(path);
    return entry.name.endsWith('.md') ? [relative(ROOT, path)] : [];
  });
}

export const read = (path: string): string => readFileSync(resolve(ROOT, path), 'utf8');

export const withoutCode = (markdown: string): string =>
  markdown.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, 'code');

/** Links of the text, in order; code is not text. */
export function linksOf(markdown: string): readonly Link[] {
  return [...withoutCode(markdown).matchAll(/\[([^\]]+)\]\(([^)\s]+)\)/g)].map(
    ([, text = '', target = '']) => ({
      text,
      target,
    }),
  );
}

export function headingsOf(markdown: string): readonly string[] {
  const text = markdown.replace(/^```[\s\S]*?^```/gm, '');
  return [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => heading);
}

/** As GitHub makes them: lower case, without punctuation, spaces as hyphens, repetitions numbered. */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const anchors = headingsOf(markdown).map((heading) => {
    const plain = heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '');
    const anchor = plain.replaceAll(' ', '-');
    const times = seen.get(anchor) ?? 0;
    seen.set(anchor, times + 1);
    return times === 0 ? anchor : `${anchor}-${times}`;
  });
  return new Set(anchors);
}
