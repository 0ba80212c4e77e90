import { existsSync, readFileSync } from 'node:fs';
import type { LedgerLine } from './worker-settings';

/** What handlers with effects outside SQL did, written at once and by nobody but them. */
export class LedgerFile {
  constructor(readonly path: string) {}

  lines(): readonly LedgerLine[] {
    if (!existsSync(this.path)) return [];
    // The last line of a killed process may be a part of one.
    return readFileSync(this.path, 'utf8')
      .split('\n')
      .filter((line) => line.endsWith('}'))
      .map((line) => JSON.parse(line) as LedgerLine);
  }

  runsOf(key: string, seq: number): readonly LedgerLine[] {
    return this.lines().filter((line) => line.phase === 'begin' && line.key === key && line.seq === seq);
  }

  endsOf(key: string, seq: number): readonly LedgerLine[] {
    return this.lines().filter((line) => line.phase === 'end' && line.key === key && line.seq === seq);
  }
}
