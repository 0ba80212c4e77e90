import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { testKafka } from '@/testing/test-kafka';

const kafka = testKafka();
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const directory = process.env['TEST_KAFKA_DIR'];
const portBase = process.env['TEST_KAFKA_PORT_BASE'];

interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(command: string, args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd: ROOT, env: { ...process.env, ...env } }, (error, stdout, stderr) => {
      const status = error ? Number(error.code ?? 1) : 0;
      resolve({ status, stdout, stderr });
    });
  });
}

describe.skipIf(kafka === null)('scripts/kafka-setup.sh', { timeout: 120_000 }, () => {
  const environment = {
    KAFKA_BROKERS: kafka?.brokers.join() ?? '',
    SCHEMA_REGISTRY_URL: kafka?.registryUrl ?? '',
  };
  const setup = (...args: string[]) => run('scripts/kafka-setup.sh', args, environment);

  it('proves the cluster by a round trip on a topic that is gone afterwards', async () => {
    const { status, stdout } = await setup('--test');

    expect(stdout).toContain('The cluster works.');
    expect(status).toBe(0);
    const topic = /(kafka-setup-test-\w+) removed/.exec(stdout)?.[1];
    expect(topic).toBeDefined();
    expect((await setup('--info')).stdout).not.toContain(topic);
  });

  it('creates topics and schemas, and nothing more the second time', async () => {
    const first = await setup();
    const second = await setup();

    expect(first).toMatchObject({ status: 0 });
    expect(second.stdout).toContain('24 topics: 0 created, 24 were there');
    expect(second.stdout).toContain('Schemas of 65 event types are registered');
    const { stdout } = await setup('--info');
    expect(stdout).toMatch(/^order-events +6 +3 +30 d /m);
    expect(stdout).toMatch(/^order-events\.dlq +6 +3 +30 d /m);
  });

  it('refuses what it does not know, and says how it is used', async () => {
    const { status, stderr } = await setup('--nonsense');

    expect(status).toBe(2);
    expect(stderr).toContain('usage: scripts/kafka-setup.sh');
  });

  it('says within 10 s that no broker answers', async () => {
    const start = performance.now();
    const { status, stderr } = await run('scripts/kafka-setup.sh', [], { KAFKA_BROKERS: '127.0.0.1:9' });

    expect(status).toBe(1);
    expect(stderr).toContain('LOG_UNAVAILABLE: ');
    expect(stderr).not.toContain('    at ');
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe.skipIf(!directory || !portBase)('scripts/kafka-local.sh', { timeout: 120_000 }, () => {
  const local = (...args: string[]) =>
    run('scripts/kafka-local.sh', args, {
      KAFKA_LOCAL_DIR: directory ?? '',
      KAFKA_LOCAL_PORT_BASE: portBase ?? '',
    });

  it('leaves a running cluster as it is and prints the path of its commands', async () => {
    const before = await local('status');
    const { status, stdout } = await local('up');

    expect(before.stdout.match(/ ready \(pid \d+\)/g)).toHaveLength(4);
    expect(status).toBe(0);
    expect(stdout).toBe(`export PATH="${directory}/bin:$PATH"\n`);
    expect((await local('status')).stdout).toBe(before.stdout);
  });

  it('gives the commands of Kafka', async () => {
    const bootstrap = ['--bootstrap-server', kafka?.brokers[0] ?? ''];
    const versions = await run(`${directory}/bin/kafka-broker-api-versions`, bootstrap);
    const groups = await run(`${directory}/bin/kafka-consumer-groups.sh`, [...bootstrap, '--list']);

    expect(versions.stdout.match(/^localhost:\d+ /gm)).toHaveLength(3);
    expect(groups).toMatchObject({ status: 0 });
  });

  it('knows only the brokers it has', async () => {
    const { status, stderr } = await local('stop-broker', '4');

    expect(status).toBe(1);
    expect(stderr).toContain("name a broker from 1 to 3, not '4'");
  });
});
