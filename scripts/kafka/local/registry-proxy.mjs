// Puts the registry's Confluent-compatible API at the root of a port of its own. Node's built-ins only.
import { Agent, createServer, request } from 'node:http';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { port: { type: 'string' }, to: { type: 'string' }, mark: { type: 'string' } },
});
const API = '/apis/ccompat/v7';
const agent = new Agent({ keepAlive: true });

const server = createServer((incoming, answer) => {
  const path = incoming.url ?? '/';
  if (path === '/') {
    answer.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    return;
  }
  const inner = request(
    {
      agent,
      host: '127.0.0.1',
      port: Number(values.to),
      method: incoming.method,
      path: path.startsWith('/apis/') || path.startsWith('/health') ? path : API + path,
      headers: { ...incoming.headers, host: `127.0.0.1:${values.to}` },
    },
    (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    },
  );
  inner.on('error', (error) => {
    if (answer.headersSent) return answer.destroy(error);
    answer
      .writeHead(503, { 'content-type': 'application/vnd.schemaregistry.v1+json' })
      .end(JSON.stringify({ error_code: 50301, message: `The registry does not answer: ${error.message}` }));
  });
  incoming.pipe(inner);
});

server.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
server.listen(Number(values.port), '127.0.0.1');
process.once('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
