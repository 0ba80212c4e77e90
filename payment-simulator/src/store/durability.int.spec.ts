import { appendFile, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SimulatorProcess, temporaryDirectory } from '../testing/simulator-process.ts';

const PAYMENTS = 200;
const AMOUNT = 1_999;

const journalIn = (directory: string) => join(directory, 'payment-simulator', 'journal.log');

async function pay(simulator: SimulatorProcess, orderId: string): Promise<string> {
  const paid = await simulator.stripe().paymentIntents.create({
    amount: AMOUNT,
    currency: 'eur',
    payment_method: 'pm_card_visa',
    confirm: true,
    metadata: { orderId },
  });
  return paid.id;
}

describe('kill -9 in the middle of 200 confirmations', () => {
  it.each([1, 40, 120])(
    'after %i answers: none of them is lost, and none is charged twice',
    async (answers) => {
      await using directory = await temporaryDirectory();
      const first = await SimulatorProcess.start(directory.path);
      const stripe = first.stripe();
      const intents = await Promise.all(
        Array.from({ length: PAYMENTS }, (_, n) =>
          stripe.paymentIntents.create({
            amount: AMOUNT,
            currency: 'eur',
            payment_method: 'pm_card_visa',
            metadata: { orderId: `order-${n}` },
          }),
        ),
      );

      const acknowledged = new Set<string>();
      let killed: Promise<unknown> | undefined;
      const waiting = [...intents];
      const worker = async (): Promise<void> => {
        for (let intent = waiting.shift(); intent !== undefined; intent = waiting.shift()) {
          const answer = await stripe.paymentIntents
            .confirm(intent.id, {}, { idempotencyKey: `confirm-${intent.id}` })
            .catch(() => undefined);
          if (answer?.status === 'succeeded') acknowledged.add(intent.id);
          if (acknowledged.size >= answers) killed ??= first.stop('SIGKILL');
        }
      };
      await Promise.all(Array.from({ length: 16 }, worker));
      await killed;
      expect(acknowledged.size).toBeGreaterThanOrEqual(answers);
      expect(acknowledged.size).toBeLessThan(PAYMENTS);

      const second = await SimulatorProcess.start(directory.path);
      const survived = await second.ledger();
      for (const { id, metadata } of intents) {
        const { captures } = survived.get(metadata['orderId'] ?? null) ?? { captures: 0 };
        expect(captures).toBeLessThanOrEqual(1);
        if (acknowledged.has(id)) expect(captures, `${id} was acknowledged`).toBe(1);
      }

      const client = second.stripe();
      await Promise.all(
        intents.map(({ id }) => client.paymentIntents.confirm(id, {}, { idempotencyKey: `confirm-${id}` })),
      );
      const settled = await second.ledger();
      expect(settled.size).toBe(PAYMENTS);
      expect([...settled.values()].every((entry) => entry.captures === 1 && entry.captured === AMOUNT)).toBe(
        true,
      );
      await second.stop();
    },
  );
});

describe('the journal', () => {
  it('lets go of a write that never finished, and of nothing else', async () => {
    await using directory = await temporaryDirectory();
    const first = await SimulatorProcess.start(directory.path);
    await pay(first, 'whole');
    await first.stop('SIGKILL');
    const whole = await readFile(journalIn(directory.path));
    await appendFile(journalIn(directory.path), whole.subarray(0, whole.length - 20));

    const second = await SimulatorProcess.start(directory.path);
    expect((await second.ledger()).get('whole')).toMatchObject({ captures: 1, captured: AMOUNT });
    await pay(second, 'after');
    const { output } = await second.stop();
    expect(output).toContain(`cut off ${whole.length - 20} bytes`);

    const third = await SimulatorProcess.start(directory.path);
    expect([...(await third.ledger()).keys()]).toEqual(['whole', 'after']);
    expect((await third.stop()).output).toBe('');
  });

  it('refuses to start on damage before payments that were acknowledged', async () => {
    await using directory = await temporaryDirectory();
    const first = await SimulatorProcess.start(directory.path);
    await pay(first, 'early');
    const { size } = await stat(journalIn(directory.path));
    await pay(first, 'late');
    await first.stop();
    const bytes = await readFile(journalIn(directory.path));
    bytes.writeUInt8(bytes.readUInt8(size - 10) ^ 1, size - 10);
    await writeFile(journalIn(directory.path), bytes);

    const { code, output } = await SimulatorProcess.fail(directory.path);
    expect(code).toBe(1);
    expect(output).toContain('SIMULATOR_JOURNAL_CORRUPT');
    expect(await readFile(journalIn(directory.path))).toEqual(bytes);
  });
});

describe('the process', () => {
  it('refuses a directory that another one uses, and takes it over when that one was killed', async () => {
    await using directory = await temporaryDirectory();
    const first = await SimulatorProcess.start(directory.path);
    const second = await SimulatorProcess.fail(directory.path);
    expect(second.code).toBe(1);
    expect(second.output).toMatch(
      /in use by the payment simulator with process id \d+ \(SIMULATOR_DATA_LOCKED\)/,
    );
    await first.stop('SIGKILL');
    const third = await SimulatorProcess.start(directory.path);
    expect((await third.stop()).code).toBe(0);
  });

  it('says in one line that its port is taken', async () => {
    await using directory = await temporaryDirectory();
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const { code, output } = await SimulatorProcess.fail(directory.path, {
      PAYMENT_SIMULATOR_PORT: String(port),
    });
    holder.close();
    expect(code).toBe(1);
    expect(output).toBe(
      `payment simulator: port ${port} on 127.0.0.1 is taken; set PAYMENT_SIMULATOR_PORT to another one (SIMULATOR_PORT_TAKEN)\n`,
    );
  });

  it('names all wrong settings at once', async () => {
    await using directory = await temporaryDirectory();
    const { code, output } = await SimulatorProcess.fail(directory.path, {
      PAYMENT_SIMULATOR_PORT: 'http',
      PAYMENT_SIMULATOR_KEY_SECONDS: '0',
    });
    expect(code).toBe(1);
    expect(output).toContain('PAYMENT_SIMULATOR_PORT must be a whole number from 0 to 65535');
    expect(output).toContain('PAYMENT_SIMULATOR_KEY_SECONDS must be');
  });

  it('keeps no more payments than it was given room for', async () => {
    await using directory = await temporaryDirectory();
    const small = await SimulatorProcess.start(directory.path, { PAYMENT_SIMULATOR_MAX_PAYMENTS: '1' });
    await pay(small, 'one');
    await expect(pay(small, 'two')).rejects.toMatchObject({ statusCode: 503 });
    await small.stop();
  });
});
