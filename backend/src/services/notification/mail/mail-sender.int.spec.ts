import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { DependencyBreaker } from '@/infrastructure/kafka/breaker/dependency-breaker';
import { isMailServerAway, MailSender } from './mail-sender';

const MAIL = {
  messageId: '<1@shop.example>',
  to: 'ada@example.com',
  subject: 's',
  text: 't',
  html: '<p>t</p>',
};

let close: (() => Promise<void>) | undefined;
afterEach(async () => {
  await close?.();
  close = undefined;
});

async function serverAnswering(responseCode: number): Promise<string> {
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onRcptTo: (_address, _session, answer) => answer(Object.assign(new Error('no'), { responseCode })),
  });
  const listening = server.listen(0, '127.0.0.1');
  await new Promise<void>((resolve) => listening.once('listening', resolve));
  close = () => new Promise<void>((resolve) => void server.close(() => resolve()));
  return `smtp://127.0.0.1:${(listening.address() as AddressInfo).port}`;
}

function senderTo(url: string) {
  const breaker = new DependencyBreaker('mail-server', { isFailure: isMailServerAway });
  const sender = new MailSender(url, 'Shop <shop@example.com>', breaker);
  const send = () =>
    sender.send(MAIL).then(
      () => 'sent',
      (error: { code: string; cause: { code?: string } }) => [error.code, error.cause.code],
    );
  return { send, breaker, end: () => sender.close() };
}

describe('the breaker of the mail server', () => {
  it('is opened by a server that is not there', async () => {
    const url = await serverAnswering(250);
    await close?.();
    close = undefined;
    const { send, breaker, end } = senderTo(url);
    for (let call = 0; call < 5; call++) expect((await send())[0]).toBe('SMTP_UNAVAILABLE');
    expect(breaker.circuit.state).toBe('open');
    expect(await send()).toEqual(['SMTP_UNAVAILABLE', 'CIRCUIT_OPEN']);
    end();
  });

  it.each([
    ['a refused recipient', 550, 'RECIPIENT_REFUSED'],
    ['a full mailbox', 452, 'SMTP_UNAVAILABLE'],
  ])('is not opened by %s', async (_, responseCode, code) => {
    const { send, breaker, end } = senderTo(await serverAnswering(responseCode));
    for (let call = 0; call < 8; call++) expect((await send())[0]).toBe(code);
    expect(breaker.circuit.state).toBe('closed');
    end();
  });
});
