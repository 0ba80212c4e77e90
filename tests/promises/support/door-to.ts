import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A port that stays the same while what is behind it goes away and comes back somewhere else. */
export class DoorTo {
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private behind: number,
  ) {}

  static async open(port: number): Promise<DoorTo> {
    const server = createServer();
    const door = new DoorTo(server, port);
    server.on('connection', (socket) => door.pass(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return door;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  leadTo(port: number): void {
    this.behind = port;
  }

  async shut(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private pass(socket: Socket): void {
    const other = connect(this.behind, '127.0.0.1');
    for (const [one, counterpart] of [
      [socket, other],
      [other, socket],
    ] as const) {
      this.sockets.add(one);
      // Both ends break together, as if there were nothing between them.
      one.on('error', () => counterpart.destroy());
      one.on('close', () => {
        this.sockets.delete(one);
        counterpart.destroy();
      });
    }
    socket.pipe(other).pipe(socket);
  }
}
