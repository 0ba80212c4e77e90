import { readCatalogue } from './catalogue.ts';
import { check } from './check.ts';
import { diff } from './diff.ts';
import { writeDocs } from './docs.ts';
import { generate } from './generate.ts';
import { recordMissing } from './golden.ts';

const COMMANDS: Readonly<Record<string, () => number>> = {
  generate() {
    console.log(`Wrote ${generate()} files under contracts/src/generated.`);
    for (const path of recordMissing(readCatalogue())) console.log(`Recorded contracts/${path}.`);
    return 0;
  },
  check() {
    const faults = check();
    for (const fault of faults) console.error(fault);
    console.log(
      faults.length === 0 ? 'The contracts are in order.' : `${faults.length} fault(s) in the contracts.`,
    );
    return faults.length === 0 ? 0 : 1;
  },
  diff() {
    const lines = diff();
    console.log(
      lines.length === 0 ? 'One version of each event type; nothing differs from golden/.' : lines.join('\n'),
    );
    return 0;
  },
  docs() {
    console.log(`Wrote ${writeDocs()}.`);
    return 0;
  },
};

const name = process.argv[2] ?? '';
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
if (command) {
  process.exitCode = command();
} else {
  console.error(`Usage: npm run contracts -- ${Object.keys(COMMANDS).join(' | ')}`);
  process.exitCode = 2;
}
