import { Worker } from './worker';
import { stepEvents } from './step-events';
import type { WorkerSettings } from './worker-settings';

export type WaitingCall = 'hold' | 'let go' | 'measure';
export type WaitingAnswer =
  | { readonly word: 'ready' | 'held' | 'flowing' }
  | { readonly word: 'measured'; readonly rssMb: number; readonly handled: number };

/** The program of a consumer whose handler can be held, so that events wait. */
const settings = JSON.parse(process.env['WORKER_SETTINGS'] ?? '') as WorkerSettings;
const worker = await Worker.start(settings);

let gate = Promise.withResolvers<void>();
gate.resolve();
let handled = 0;
worker.consumer.registerHandler(
  stepEvents(settings.topic)['step.taken'],
  async () => {
    await gate.promise;
    handled += 1;
  },
  { name: 'held', effects: 'external', timeoutMs: 3_600_000 },
);

/** Without what nobody refers to any more, which a process that has nothing to do keeps for a while. */
function rssMb(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss() / 1_048_576;
}

const tell = (answer: WaitingAnswer) => process.send?.(answer);

process.on('message', (call: WaitingCall) => {
  if (call === 'hold') {
    gate = Promise.withResolvers();
    tell({ word: 'held' });
  } else if (call === 'let go') {
    gate.resolve();
    tell({ word: 'flowing' });
  } else {
    tell({ word: 'measured', rssMb: rssMb(), handled });
  }
});
process.on('disconnect', () => process.exit());
tell({ word: 'ready' });
