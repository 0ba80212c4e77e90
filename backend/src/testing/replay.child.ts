import { replayService, TOTALS } from './replay-service';
import type { ReplayMode } from '@/infrastructure/kafka/replay/replay';

interface Wishes {
  readonly name: string;
  readonly url: string;
  readonly kafka: Parameters<typeof replayService>[0]['kafka'];
  readonly mode: ReplayMode;
  /** Tells its parent when the handler runs for the `n`th time, and waits there to be killed. */
  readonly stopAt: number;
}

/** A process that begins a replay, gets as far as it is told, and stays there until its parent kills it. */
const { name, url, kafka, mode, stopAt } = JSON.parse(process.argv[2] ?? '{}') as Wishes;

let runs = 0;
const service = await replayService({
  name,
  url,
  kafka,
  onRun: async () => {
    runs += 1;
    if (runs < stopAt) return;
    process.send?.('there');
    await new Promise(() => setInterval(() => undefined, 1_000));
  },
});
await service.replays.begin({ topics: [service.topic], handlers: [TOTALS], mode, rate: 1_000 }, 'ada');
