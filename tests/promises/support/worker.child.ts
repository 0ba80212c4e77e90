import { Worker } from './worker';
import { shiftClock } from './shifted-clock';
import type { WorkerCall } from './worker-process';
import type { WorkerSettings } from './worker-settings';

/** The program of a worker in a process of its own; the spec tells it what to do and how to end. */
const worker = await Worker.start(JSON.parse(process.env['WORKER_SETTINGS'] ?? '') as WorkerSettings);

process.on('message', (call: WorkerCall) => {
  if (call.call === 'clock') {
    shiftClock(call.byMs);
    process.send?.('shifted');
    return;
  }
  void worker.stop().then(() => process.disconnect());
});
// Without the spec there is nobody to end us.
process.on('disconnect', () => process.exit());
process.send?.('ready');
