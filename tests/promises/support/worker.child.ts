import { Worker } from './worker';
import { shiftClock } from './shifted-clock';
import type { WorkerCall } from './worker-process';
import type { WorkerSettings } from './worker-settings';

/** The program of a worker in a process of its own; the spec tells it what to do and how to end. */
const worker = await Worker.start(JSON.parse(process.env['WORKER_SETTINGS'] ?? '') as WorkerSettings);

async function answer(call: WorkerCall): Promise<void> {
  switch (call.call) {
    case 'clock':
      shiftClock(call.byMs);
      break;
    case 'fill':
      await worker.fill(call.handler);
      break;
    case 'resume replays':
      await worker.resumeReplays();
      break;
    case 'stop':
      await worker.stop();
      process.disconnect();
      return;
  }
  process.send?.(call.call);
}

process.on('message', (call: WorkerCall) => void answer(call));
// Without the spec there is nobody to end us.
process.on('disconnect', () => process.exit());
process.send?.('ready');
