import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Api, requestOf, type WireRequest } from './kafka-requests';

const NAMES_BROKERS: readonly number[] = [Api.Metadata, Api.FindCoordinator, Api.DescribeCluster];

/** Stands between a client and each broker, and keeps what the client says. */
export class KafkaWiretap {
  /** Where the client is to connect. */
  readonly brokers: string[] = [];
  /** How long the answer to a Produce is kept back, as on a slow network. */
  answerProduceAfterMs = 0;
  private readonly heard: WireRequest[] = [];
  private readonly servers: Server[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly ports = new Map<number, number>();
  private mostProduces = 0;
  private isCut = false;

  static async before(brokers: readonly string[]): Promise<KafkaWiretap> {
    const tap = new KafkaWiretap();
    for (const broker of brokers) await tap.listenFor(broker);
    return tap;
  }

  requests(api: number): readonly WireRequest[] {
    return this.heard.filter((request) => request.api === api);
  }

  forget(): void {
    this.heard.length = 0;
    this.mostProduces = 0;
  }

  /** The most Produce requests that were under way to one broker at the same time. */
  get mostProducesInFlight(): number {
    return this.mostProduces;
  }

  /** The brokers are away: connections end, and new ones are hung up on. */
  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  /** The brokers are back. */
  mend(): void {
    this.isCut = false;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await Promise.all(this.servers.map((server) => server.close() && once(server, 'close')));
  }

  private async listenFor(broker: string): Promise<void> {
    const [host = '', port = ''] = broker.split(':');
    let produces = 0;
    const server = createServer((client) => {
      if (this.isCut) return void client.destroy();
      const upstream = connect(Number(port), host);
      this.join(client, upstream);
      const asked = new Map<number, number>();
      eachFrame(client, (frame) => {
        const request = requestOf(frame);
        this.heard.push(request);
        asked.set(request.correlationId, request.api);
        if (request.api === Api.Produce) this.mostProduces = Math.max(this.mostProduces, ++produces);
        upstream.write(framed(frame));
      });
      eachFrame(upstream, (frame) => {
        const api = asked.get(frame.readInt32BE(0)) ?? -1;
        asked.delete(frame.readInt32BE(0));
        const answer = () => client.writable && client.write(framed(this.namingUs(api, host, frame)));
        if (api !== Api.Produce) return void answer();
        setTimeout(() => {
          produces -= 1;
          answer();
        }, this.answerProduceAfterMs);
      });
    });
    server.listen(0, host);
    await once(server, 'listening');
    const own = (server.address() as AddressInfo).port;
    this.servers.push(server);
    this.ports.set(Number(port), own);
    this.brokers.push(`${host}:${own}`);
  }

  private join(client: Socket, upstream: Socket): void {
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.sockets.delete(one);
        other.destroy();
      });
    }
  }

  /** In the brokers' answers their addresses become ours: the same host, another port. */
  private namingUs(api: number, host: string, frame: Buffer): Buffer {
    if (!NAMES_BROKERS.includes(api)) return frame;
    const answer = Buffer.from(frame);
    for (const [theirs, ours] of this.ports) {
      const address = Buffer.concat([Buffer.from(host), int32(theirs)]);
      for (let at = answer.indexOf(address); at >= 0; at = answer.indexOf(address, at + 1)) {
        int32(ours).copy(answer, at + host.length);
      }
    }
    return answer;
  }
}

/** Hands over each message of Kafka's protocol as it becomes whole, without its length. */
export function eachFrame(socket: Socket, onFrame: (frame: Buffer) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const end = 4 + rest.readInt32BE(0);
      onFrame(rest.subarray(4, end));
      rest = rest.subarray(end);
    }
  });
}

export const framed = (frame: Buffer): Buffer => Buffer.concat([int32(frame.length), frame]);

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
