// Waits until every named broker answers a Metadata request (version 1 of the protocol's key 3, which every Kafka
// from 0.10 on speaks) and lists at least `--known` live brokers. Node's built-ins only.
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { known: { type: 'string' }, seconds: { type: 'string' }, pid: { type: 'string' } },
});
const wanted = Number(values.known ?? 1);
const deadline = Date.now() + Number(values.seconds ?? 60) * 1000;

for (const address of positionals) {
  let last = 'no answer';
  for (;;) {
    try {
      const known = await knownBrokers(address);
      if (known >= wanted) break;
      last = `it knows ${known} of ${wanted} brokers`;
    } catch (error) {
      last = error.message;
    }
    if (values.pid !== undefined && !alive(Number(values.pid))) {
      process.stderr.write(`${address}: the process has ended\n`);
      process.exit(1);
    }
    if (Date.now() > deadline) {
      process.stderr.write(`${address}: ${last}\n`);
      process.exit(1);
    }
    await delay(100);
  }
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function knownBrokers(address) {
  const [host, port] = address.split(':');
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port) });
    let received = Buffer.alloc(0);
    const end = (outcome, value) => {
      socket.destroy();
      outcome(value);
    };
    socket.setTimeout(2000, () => end(reject, new Error('no answer within 2 s')));
    socket.on('error', (error) => end(reject, error));
    socket.on('close', () => reject(new Error('the connection was closed')));
    socket.on('connect', () => socket.write(metadataRequest()));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      // Length, correlation id, then the array of brokers.
      if (received.length >= 12) end(resolve, received.readInt32BE(8));
    });
  });
}

function metadataRequest() {
  const client = Buffer.from('kafka-local');
  const request = Buffer.alloc(4 + 2 + 2 + 4 + 2 + client.length + 4);
  request.writeInt32BE(request.length - 4, 0);
  request.writeInt16BE(3, 4);
  request.writeInt16BE(1, 6);
  request.writeInt32BE(1, 8);
  request.writeInt16BE(client.length, 12);
  client.copy(request, 14);
  request.writeInt32BE(0, 14 + client.length);
  return request;
}
