// Runs the named benches, or all: `main.ts [NAME ...] [--runs N] [--profile FOLDER]`. Started by `npm run bench`.
import { parseArgs } from 'node:util';
import { benches } from './benches/benches.ts';
import { Lab } from './harness/lab.ts';
import { partsOf } from './harness/environment.ts';
import { fault } from './harness/side.ts';
import { endSides } from './harness/side-runner.ts';
import { surroundingsOf } from './harness/surroundings.ts';
import { type ResultRow, resultRow } from './report/result-row.ts';
import { writeResults } from './report/results-file.ts';
import { terminalTable } from './report/table.ts';

const LEAST_RUNS = 5;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: String(LEAST_RUNS) }, profile: { type: 'string' } },
});
const runs = Number(values.runs);
const unknown = positionals.filter((name) => !benches.some((bench) => bench.name === name));
if (unknown.length > 0 || !Number.isInteger(runs) || runs < 1) {
  say(`Known benches: ${benches.map(({ name }) => name).join(', ')}. --runs takes a whole number from 1 on.`);
  process.exit(2);
}

const parts = partsOf(process.env);
let interrupted = false;
let late = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interrupted = true;
    endSides();
  });
}

const rows: ResultRow[] = [];
for (const bench of benches) {
  if (interrupted || (positionals.length > 0 && !positionals.includes(bench.name))) continue;
  say(`${bench.name}: ${bench.about}`);
  const surroundings = await surroundingsOf(parts, process.env['BENCH_KAFKA_VERSION']);
  const lab = new Lab({ parts, runs, profile: values.profile, say });
  late = false;
  const limitMinutes = (bench.minutesPerRun ?? 1) * Math.max(runs, LEAST_RUNS);
  const limit = setTimeout(() => {
    late = true;
    endSides();
  }, limitMinutes * 60_000);
  try {
    const findings = await bench.run(lab);
    const found = findings.map(({ measure, runs: figures, settings }) =>
      resultRow(measure, figures, { settings, ...surroundings }),
    );
    rows.push(...found);
    // Fewer runs than asked for are a try, not a result.
    if (runs >= LEAST_RUNS) say(`  written to ${writeResults(bench.name, found)}`);
  } catch (error) {
    if (late) say(`  FAILED: it was not done in ${limitMinutes} minutes.`);
    else if (!interrupted) say(`  FAILED: ${fault(error)}`);
    process.exitCode = 1;
  } finally {
    clearTimeout(limit);
    await lab.close();
  }
}
if (rows.length > 0) say(`\n${terminalTable(rows)}`);
if (interrupted) process.exitCode = 130;
