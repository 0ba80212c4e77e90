import type { EventTransport, GroupListener, GroupMember, OutgoingRecord } from '../../transport.port';
import type { ChildMessage, ChildRequest } from './protocol';

export interface ChildTransport {
  readonly transport: EventTransport;
  /** Gives back what was taken besides the transport. */
  release(): Promise<void>;
}

/** Body of the second process: carries out what the spec asks and reports what its member is told. */
export async function runConformanceChild(
  create: (settings: unknown) => Promise<ChildTransport>,
): Promise<void> {
  const { transport, release } = await create(JSON.parse(process.env.CONFORMANCE_SETTINGS ?? 'null'));
  await transport.open();
  const child = new ConformanceChild(transport);
  process.on('message', (request: ChildRequest) => {
    void answer(child, request).then(async () => {
      if (request.call !== 'close') return;
      await release();
      process.disconnect();
    });
  });
  // Without the spec there is nobody to close us.
  process.on('disconnect', () => process.exit());
  send({ kind: 'ready' });
}

function send(message: ChildMessage): void {
  process.send?.(message);
}

async function answer(child: ConformanceChild, request: ChildRequest): Promise<void> {
  try {
    send({ kind: 'answer', id: request.id, result: await child.perform(request) });
  } catch (error) {
    const { code = 'UNKNOWN', message } = error as Error & { code?: string };
    send({ kind: 'refusal', id: request.id, code, message });
  }
}

class ConformanceChild {
  private member: GroupMember | undefined;
  private appending: Promise<number> | undefined;
  private stopping = false;

  constructor(private readonly transport: EventTransport) {}

  async perform(request: ChildRequest): Promise<unknown> {
    switch (request.call) {
      case 'append':
        return this.transport.append(request.records);
      case 'keepAppending':
        this.appending = this.appendOneByOne(request.records);
        return undefined;
      case 'stopAppending':
        this.stopping = true;
        return this.appending;
      case 'join':
        this.member = await this.transport.join(request.options, listener);
        return this.member.memberId;
      case 'commit':
        return this.member?.commit(request.positions);
      case 'leave':
        return this.member?.close();
      case 'close':
        return this.transport.close();
    }
  }

  private async appendOneByOne(records: readonly OutgoingRecord[]): Promise<number> {
    let acknowledged = 0;
    while (!this.stopping) {
      const record = records[acknowledged % records.length];
      if (record === undefined) break;
      await this.transport.append([record]);
      acknowledged += 1;
    }
    return acknowledged;
  }
}

const listener: GroupListener = {
  assigned: async (partitions) => {
    send({ kind: 'assigned', partitions });
    return partitions.map(({ topic, partition, committed }) => ({
      topic,
      partition,
      offset: committed ?? 0n,
    }));
  },
  lost: (partitions) => send({ kind: 'lost', partitions }),
  records: ({ records }) => send({ kind: 'records', records }),
  outOfRange: async ({ logStart }) => logStart,
  failed: (error, fatal) => send({ kind: 'failed', message: error.message, fatal }),
};
