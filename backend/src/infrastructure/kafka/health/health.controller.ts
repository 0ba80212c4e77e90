import { Controller, Get, HttpStatus, Inject, Res } from '@nestjs/common';
import { KafkaRuntimes } from '@/infrastructure/kafka/kafka-runtimes';
import { KafkaConnections } from '@/infrastructure/kafka/kafka-connections';
import { reportHealth } from './kafka-health';

/** As far as Fastify's and Express's answers are the same. */
interface Reply {
  status(code: number): this;
  header(name: string, value: string): this;
  send(body: unknown): unknown;
}

@Controller('health')
export class HealthController {
  constructor(
    @Inject(KafkaRuntimes) private readonly runtimes: KafkaRuntimes,
    @Inject(KafkaConnections) private readonly connections: KafkaConnections,
  ) {}

  /** 200 while healthy or degraded, 503 when unhealthy. */
  @Get()
  async health(@Res() reply: Reply): Promise<void> {
    const report = await reportHealth(this.runtimes.all(), this.connections.metrics);
    const status = report.status === 'unhealthy' ? HttpStatus.SERVICE_UNAVAILABLE : HttpStatus.OK;
    await reply.status(status).header('cache-control', 'no-store').send(report);
  }

  /** The event loop turns. Nothing outside of the process is asked, so an outage elsewhere restarts nobody. */
  @Get('live')
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  /** Every group of this process has joined: requests and events are worth sending here. */
  @Get('ready')
  async ready(@Res() reply: Reply): Promise<void> {
    const waiting = this.runtimes.all().filter((runtime) => runtime.consumes && !runtime.ready);
    const status = waiting.length === 0 ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE;
    await reply
      .status(status)
      .header('cache-control', 'no-store')
      .send({
        status: waiting.length === 0 ? 'ready' : 'starting',
        waiting: waiting.map((runtime) => runtime.settings.group),
      });
  }
}
