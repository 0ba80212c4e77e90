import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { CodedError } from '@/infrastructure/errors/coded-error';
import { configureHttp, fastifyOptions } from '@/infrastructure/http/configure-http';
import { KafkaConnections } from '@/infrastructure/kafka/kafka-connections';
import { KafkaRuntimes } from '@/infrastructure/kafka/kafka-runtimes';
import { NestLogger } from '@/infrastructure/observability/nest-logger';
import { loggerOf } from '@/infrastructure/observability/logger';
import { serveMetrics } from '@/infrastructure/observability/metrics-server';
import { Platform } from '@/infrastructure/platform/platform';
import { PortTakenError } from '@/infrastructure/platform/port-taken.error';
import type { Environment } from '@/infrastructure/config/env';
import { AppModule } from './app.module';

const SHUTDOWN_LIMIT_MS = 20_000;
const logger = loggerOf('main');

/** Starts what the environment names and stops it on SIGTERM or SIGINT. A fault at start-up ends the process with 1. */
export async function startPlatform(environment: Environment): Promise<void> {
  try {
    const platform = await Platform.start(environment);
    const stop = await listen(platform).catch(async (error: unknown) => {
      await platform.stop();
      throw error;
    });
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => void shutDown(signal, stop, platform));
  } catch (error) {
    reportAndExit(error);
  }
}

async function listen(platform: Platform): Promise<() => Promise<void>> {
  const { PORT, METRICS_PORT, host } = platform.settings;
  const modules = await AppModule.for(platform);
  const app = await NestFactory.create<NestFastifyApplication>(
    modules,
    new FastifyAdapter(fastifyOptions()),
    {
      logger: new NestLogger(loggerOf('nest')),
      abortOnError: false,
    },
  );
  try {
    configureHttp(app);
    const metrics = await serveMetrics(METRICS_PORT, app.get(KafkaConnections), app.get(KafkaRuntimes));
    await app.listen(PORT, host).catch((error: unknown) => {
      throw PortTakenError.from(error, 'PORT', PORT);
    });
    logger.info({ port: PORT, metricsPort: METRICS_PORT, engine: platform.settings.engine }, 'listening');
    return async () => {
      // First the door: what is accepted until then is relayed before the relays end.
      await app.getHttpAdapter().close();
      await app.close();
      await metrics.close();
    };
  } catch (error) {
    await app.close();
    throw error;
  }
}

async function shutDown(signal: string, stop: () => Promise<void>, platform: Platform): Promise<void> {
  logger.info({ signal }, 'draining');
  const late = setTimeout(() => {
    logger.error(
      { limitMs: SHUTDOWN_LIMIT_MS },
      'the drain took too long; what is unfinished is delivered again',
    );
    process.exit(1);
  }, SHUTDOWN_LIMIT_MS);
  late.unref();
  try {
    await stop();
    await platform.stop();
    logger.info('stopped');
    process.exit(0);
  } catch (error) {
    reportAndExit(error);
  }
}

function reportAndExit(error: unknown): never {
  if (error instanceof CodedError) {
    logger.fatal({ code: error.code, faults: error.faults }, error.message);
    process.stderr.write(`${error.code}: ${error.message}\n`);
  } else {
    logger.fatal({ err: error }, 'start-up failed');
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  }
  process.exit(1);
}
