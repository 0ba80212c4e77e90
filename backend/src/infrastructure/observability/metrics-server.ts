import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { KafkaConnections } from '@/infrastructure/kafka/kafka-connections';
import type { KafkaRuntimes } from '@/infrastructure/kafka/kafka-runtimes';
import { PortTakenError } from '@/infrastructure/platform/port-taken.error';
import { LogCollector } from './log-collector';
import { loggerOf } from './logger';

export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** `GET /metrics` in Prometheus' text format, on a port of its own that no visitor reaches. */
export async function serveMetrics(
  port: number,
  connections: KafkaConnections,
  runtimes: KafkaRuntimes,
): Promise<MetricsServer> {
  const { registry } = connections.metrics;
  const collector = new LogCollector(connections.metrics, runtimes);
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    collector
      .refresh()
      .then(() => registry.metrics())
      .then(
        (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
        (error: unknown) => {
          loggerOf('metrics').warn({ err: error }, 'metrics could not be collected');
          response.writeHead(500).end();
        },
      );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(PortTakenError.from(error, 'METRICS_PORT', port)));
    server.listen(port, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
