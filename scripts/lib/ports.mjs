import { connect, createServer } from 'node:net';

/** True when somebody accepts connections there. */
export function isTaken(port, host = '127.0.0.1') {
  return new Promise((resolve) => {
    const socket = connect({ port: Number(port), host });
    const answer = (taken) => {
      socket.destroy();
      resolve(taken);
    };
    socket.setTimeout(1_000, () => answer(false));
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}

/** Ports of the loopback that are free now, all different. */
export async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, listening));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}

function listening() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}
