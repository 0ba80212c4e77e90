import type { KafkaRuntime } from '@/infrastructure/kafka/kafka-runtime';
import type { OfferedReplay } from '@/infrastructure/kafka/replay/outside-resets';
import { AmbiguousReplayHandlersError } from '@/infrastructure/kafka/replay/replay.errors';
import type { ReplayDetail, ReplayView } from '@/infrastructure/kafka/replay/replay-view';
import type { Replays } from '@/infrastructure/kafka/replay/replays';
import { replaysOf } from '@/infrastructure/kafka/replay/replays-of';
import { type ReplayBody, toRequest } from './replays.requests';

/** The replays of all services of this process. */
export class LocalReplays {
  constructor(private readonly runtimes: () => readonly KafkaRuntime[]) {}

  /** Undefined where no service of this process has these handlers. */
  async begin(body: ReplayBody, by: string): Promise<ReplayView | undefined> {
    const request = toRequest(body);
    const able = this.stateful().filter((runtime) => {
      const names = request.topics.flatMap((topic) => replaysOf(runtime).handlersOn(topic));
      const group = body.group === undefined || this.groupsOf(runtime, body.handlers).includes(body.group);
      return group && body.handlers.every((name) => names.includes(name));
    });
    const [only, ...others] = able;
    if (others.length > 0) {
      const groups = able.map(({ settings }) => settings.group).join(', ');
      throw new AmbiguousReplayHandlersError(`Handlers of these names are in ${groups}: say which 'group'.`);
    }
    return only && replaysOf(only).begin(request, by);
  }

  async list(limit: number, before: string | undefined): Promise<ReplayView[]> {
    return (await Promise.all(this.all().map((replays) => replays.list(limit, before)))).flat();
  }

  async find(id: string): Promise<ReplayDetail | undefined> {
    const found = await Promise.all(this.all().map((replays) => replays.find(id)));
    return found.find((replay) => replay !== undefined);
  }

  async offered(): Promise<OfferedReplay[]> {
    return (await Promise.all(this.all().map((replays) => replays.offered()))).flat();
  }

  /** Undefined where the replay is not of this process. */
  async holderOf(id: string): Promise<Replays | undefined> {
    const all = this.all();
    const found = await Promise.all(all.map((replays) => replays.find(id)));
    return all[found.findIndex((replay) => replay !== undefined)];
  }

  private groupsOf(runtime: KafkaRuntime, handlers: readonly string[]): readonly string[] {
    return runtime.consumer
      .handlers()
      .filter(({ name }) => handlers.includes(name))
      .map((handler) => runtime.groupOf(handler));
  }

  private stateful(): KafkaRuntime[] {
    return this.runtimes().filter(({ stateful }) => stateful !== undefined);
  }

  private all(): Replays[] {
    return this.stateful().map(replaysOf);
  }
}
