import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Api, requestOf, type WireRequest } from './kafka-requests';
import { eachFrame, framed } from './kafka-wiretap';
import { WireReader } from './wire-reader';

/** Listens where a broker would be, agrees to every SASL mechanism, and hangs up on everything else. */
export class KafkaListener {
  readonly requests: WireRequest[] = [];
  private readonly first: number[] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async open(): Promise<KafkaListener> {
    const server = createServer();
    const listener = new KafkaListener(server);
    server.on('connection', (socket) => listener.serve(socket));
    server.listen(0, 'localhost');
    await once(server, 'listening');
    return listener;
  }

  get address(): string {
    return `localhost:${(this.server.address() as AddressInfo).port}`;
  }

  /** 0x16 where the client begins with TLS, 0 where it sends the length of a request. */
  get firstBytes(): readonly number[] {
    return this.first;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    // The client gives up on us in its own way; that is what the specs look at.
    socket.on('error', () => socket.destroy());
    socket.once('data', (chunk: Buffer) => {
      const byte = chunk[0] ?? -1;
      this.first.push(byte);
      if (byte !== 0) socket.destroy();
    });
    eachFrame(socket, (frame) => {
      const request = requestOf(frame);
      this.requests.push(request);
      if (request.api === Api.SaslHandshake) socket.write(framed(agreement(request)));
      else if (request.api === Api.ApiVersions && request.version < 3) socket.write(framed(noApis(request)));
      else socket.destroy();
    });
  }
}

/** SaslHandshake's answer in versions 0 and 1: no error, and the mechanism that was asked for. */
function agreement(request: WireRequest): Buffer {
  const mechanism = Buffer.from(mechanismOf(request));
  const answer = Buffer.alloc(12);
  answer.writeInt32BE(request.correlationId, 0);
  answer.writeInt32BE(1, 6);
  answer.writeInt16BE(mechanism.length, 10);
  return Buffer.concat([answer, mechanism]);
}

/** ApiVersions' answer in version 1, with which a client prepares SASL. */
function noApis({ correlationId }: WireRequest): Buffer {
  const answer = Buffer.alloc(14);
  answer.writeInt32BE(correlationId, 0);
  return answer;
}

export const mechanismOf = ({ body }: WireRequest): string => new WireReader(body).string() ?? '';

/** SaslAuthenticate from version 2 on: what the client says of itself. */
export function authenticationOf({ body }: WireRequest): string {
  const reader = new WireReader(body);
  reader.taggedFields();
  return reader.compactBytes()?.toString() ?? '';
}
