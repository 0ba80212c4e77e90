import type { ResultRow } from './result-row.ts';
import type { Spread } from './statistics.ts';

/** The ratio first, then what it is made of; every figure with its unit and its spread. */
export function markdownTable(rows: readonly ResultRow[]): string {
  return [
    '| ratio | measure | ours | beside it | control | floor | aim | reached |',
    '|---|---|---|---|---|---|---|---|',
    ...rows.map((row) => `| ${cells(row).join(' | ')} |`),
  ].join('\n');
}

/** The same for a terminal. */
export function terminalTable(rows: readonly ResultRow[]): string {
  const lines = [
    ['ratio', 'measure', 'ours', 'beside it', 'control', 'floor', 'aim', 'reached'],
    ...rows.map(cells),
  ];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths?.[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function cells(row: ResultRow): string[] {
  const against = String(row.settings['against']);
  const peer = row.peers[against] ?? Number.NaN;
  const judgedUnit = row.settings['judged'] === 'ours' ? ` ${row.unit}` : 'x';
  return [
    `${figure(row.ratio)}x`,
    row.name,
    `${figure(row.ours)} ${row.unit}${span(row.spread.ours)}`,
    `${against}: ${figure(peer)} ${row.unit}${span(row.spread.peers[against])}`,
    `${figure(row.control)} ${row.unit}${span(row.spread.control)}`,
    `${row.floor}${judgedUnit}`,
    `${row.aim}${judgedUnit}`,
    row.reached,
  ];
}

const figure = (value: number): string => value.toLocaleString('en', { maximumSignificantDigits: 3 });

function span(spread: Spread | undefined): string {
  if (!spread || spread.min === spread.max) return '';
  return ` (${figure(spread.min)} to ${figure(spread.max)})`;
}
