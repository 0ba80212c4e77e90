import type { FastifyReply } from 'fastify';
import { CORRELATION_HEADER } from './request-context';
import { TooManyStreamsError } from './http.errors';

export interface ServerSentEvent {
  readonly event: string;
  readonly data: unknown;
  readonly id?: string;
}

const HEARTBEAT_MS = 15_000;

/** One server-sent event stream. Ends when the client goes, `close` is called or the server shuts down. */
export class EventStream {
  private readonly heartbeat: NodeJS.Timeout;
  private readonly listeners = new Set<() => void>();
  private ended = false;

  constructor(private readonly reply: FastifyReply) {
    const correlationId = reply.getHeader(CORRELATION_HEADER);
    reply.hijack();
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      ...(correlationId === undefined ? {} : { [CORRELATION_HEADER]: String(correlationId) }),
    });
    reply.raw.write(': open\n\n');
    this.heartbeat = setInterval(() => reply.raw.write(': still here\n\n'), HEARTBEAT_MS);
    reply.raw.once('close', () => this.finish());
  }

  get open(): boolean {
    return !this.ended;
  }

  /** False while the client reads too slowly; a caller with newer data later may leave this one out. */
  get ready(): boolean {
    return this.open && !this.reply.raw.writableNeedDrain;
  }

  send({ event, data, id }: ServerSentEvent): void {
    if (this.ended) return;
    const head = id === undefined ? '' : `id: ${id}\n`;
    this.reply.raw.write(`${head}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** At once when the stream has ended already. */
  onClose(listener: () => void): void {
    if (this.ended) listener();
    else this.listeners.add(listener);
  }

  close(): void {
    this.reply.raw.end();
    this.finish();
  }

  private finish(): void {
    if (this.ended) return;
    this.ended = true;
    clearInterval(this.heartbeat);
    for (const listener of this.listeners) listener();
    this.listeners.clear();
  }
}

/** The streams of this process that are open: a bounded number, closed together at shut-down. */
export class EventStreams {
  private readonly streams = new Set<EventStream>();

  constructor(private readonly limit: number) {}

  /** Throws `TooManyStreamsError` before anything is written. */
  open(reply: FastifyReply): EventStream {
    if (this.streams.size >= this.limit) throw new TooManyStreamsError(this.limit);
    const stream = new EventStream(reply);
    this.streams.add(stream);
    stream.onClose(() => this.streams.delete(stream));
    return stream;
  }

  closeAll(): void {
    for (const stream of this.streams) stream.close();
  }
}

const MAX_STREAMS = 1_000;

export const eventStreams = new EventStreams(MAX_STREAMS);
