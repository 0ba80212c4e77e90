import { connect } from 'node:net';

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
