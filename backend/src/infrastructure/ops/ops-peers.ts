import { eventTopology, type EventTopology } from '@shop/contracts';
import { z } from 'zod';
import type { Platform } from '@/infrastructure/platform/platform';
import type { ServiceAddresses } from '@/infrastructure/platform/service-addresses';
import { loggerOf } from '@/infrastructure/observability/logger';
import type { OpsCaller } from './ops-caller';
import { PeerRefusal, ProcessUnreachableError } from './ops.errors';

/** In the query of a route that answers for all processes: `local` asks this process only. */
export const scopeQuery = { scope: z.enum(['all', 'local']).default('all') };

export interface OpsRequest {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  /** Such as `/ops/api/dead-letters`; the other processes have the same route. */
  readonly path: string;
  /** Members that are undefined are left out; `scope=local` is added. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: unknown;
}

export interface Gathered<Answer> {
  readonly answers: readonly Answer[];
  /** Services whose process did not answer, or of which nobody said where it is. Shown, never left out. */
  readonly unreachable: readonly string[];
}

interface Peer {
  readonly address: string;
  readonly services: readonly string[];
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
  /** The services that the process says it answers for; `all` where it is the only one. */
  readonly services: readonly string[];
}

/** `SERVICES` of the process that answers. */
export const SERVICES_HEADER = 'x-shop-services';

// Below the time in which this process has to answer.
const ANSWER_WITHIN_MS = 6_000;
const NOT_HERE = 404;

const problem = z.object({
  code: z.string(),
  detail: z.string().default(''),
  faults: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
});

/**
 * The other processes of the platform, so that one answers for all: each process serves the operator's routes for its
 * own services, and asks the rest for theirs.
 */
export class OpsPeers {
  private readonly peers: readonly Peer[];
  private readonly nowhere: readonly string[];
  private readonly logger = loggerOf('ops');

  /** `others`: the services that handle events and are not of this process. */
  constructor(others: readonly string[], addresses: ServiceAddresses) {
    const byAddress = new Map<string, string[]>();
    for (const service of others) {
      const address = addresses.get(service);
      if (address !== undefined) byAddress.set(address, [...(byAddress.get(address) ?? []), service]);
    }
    this.peers = [...byAddress].map(([address, services]) => ({ address, services }));
    this.nowhere = others.filter((service) => !addresses.has(service));
  }

  static of({ settings }: Platform): OpsPeers {
    return new OpsPeers(otherServices(settings.SERVICES), settings.SERVICE_URLS);
  }

  /** Asks every other process at once. A refusal of our question (4xx) is thrown as `PeerRefusal`. */
  async gather<Answer>(
    caller: OpsCaller,
    request: OpsRequest,
    shape: z.ZodType<Answer>,
  ): Promise<Gathered<Answer>> {
    const asked = await Promise.all(
      this.peers.map(async (peer) => ({ peer, reply: await this.send(peer, caller, request) })),
    );
    const answers: Answer[] = [];
    const unreachable: string[] = [...this.nowhere];
    for (const { peer, reply } of asked) {
      if (reply !== undefined && isOurFault(reply.status)) throw refusalOf(reply);
      const answer = reply && reply.status < 300 ? shape.safeParse(reply.body) : undefined;
      if (answer?.success) answers.push(answer.data);
      else unreachable.push(...peer.services);
    }
    return { answers, unreachable: without(unreachable, asked) };
  }

  /**
   * For a thing that one process has: its answer, undefined where none has it (404). Throws what that process refused
   * with as `PeerRefusal`, or `ProcessUnreachableError` when it may be with one that did not answer.
   */
  async find<Answer>(
    caller: OpsCaller,
    request: OpsRequest,
    shape: z.ZodType<Answer>,
  ): Promise<Answer | undefined> {
    const silent: string[] = [...this.nowhere];
    const asked = this.peers.map(async (peer) => ({ peer, reply: await this.send(peer, caller, request) }));
    const replies = await Promise.all(asked);
    for (const { peer, reply } of replies) {
      const answer = reply && reply.status < 300 ? shape.safeParse(reply.body) : undefined;
      if (answer?.success) return answer.data;
      if (reply === undefined || answer || isDenied(reply.status)) silent.push(...peer.services);
      else if (reply.status !== NOT_HERE) throw refusalOf(reply);
    }
    const missing = without(silent, replies);
    if (missing.length > 0) throw new ProcessUnreachableError(missing);
    return undefined;
  }

  /** Undefined when nothing answers in time. */
  private async send(peer: Peer, caller: OpsCaller, request: OpsRequest): Promise<Reply | undefined> {
    const { method = 'GET', path, query = {}, body } = request;
    const url = new URL(path, peer.address);
    for (const [name, value] of Object.entries({ ...query, scope: 'local' })) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    try {
      const answer = await fetch(url, {
        method,
        headers: { ...caller.headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      const text = await answer.text();
      if (isDenied(answer.status)) this.logger.warn(this.told(peer, path), 'a process refuses our operators');
      const services = namesOf(answer.headers.get(SERVICES_HEADER) ?? '');
      return { status: answer.status, body: text === '' ? undefined : JSON.parse(text), services };
    } catch (error) {
      this.logger.warn({ ...this.told(peer, path), err: error }, 'a process does not answer its operators');
      return undefined;
    }
  }

  private told({ address, services }: Peer, path: string) {
    return { address, services, path };
  }
}

/** Another process may have another token; that is its silence and not a fault of the question. */
const isDenied = (status: number): boolean => status === 401 || status === 403;
const isOurFault = (status: number): boolean => status >= 400 && status < 500 && !isDenied(status);

function refusalOf({ status, body }: Reply): PeerRefusal {
  const read = problem.safeParse(body);
  const { code, detail, faults } = read.success
    ? read.data
    : { code: 'PROCESS_UNREACHABLE', detail: 'Another process answered with something else.', faults: [] };
  return new PeerRefusal(code, status, detail, faults);
}

const namesOf = (services: string): string[] => services.split(',').map((name) => name.trim());

/** A setting may name one service of a process that answers for several. */
function without(
  silent: readonly string[],
  asked: readonly { readonly reply: Reply | undefined }[],
): string[] {
  const answered = new Set(asked.flatMap(({ reply }) => reply?.services ?? []));
  return answered.has('all') ? [] : silent.filter((service) => !answered.has(service)).toSorted();
}

/** Those that handle events by the topology, without the ones that `SERVICES` names. */
function otherServices(services: string): string[] {
  if (services === 'all') return [];
  const here = new Set(namesOf(services));
  const handling = Object.values<EventTopology>(eventTopology)
    .filter(({ status }) => status === 'active')
    .flatMap(({ consumers }) => consumers);
  return [...new Set<string>(handling)].filter((service) => !here.has(service)).toSorted();
}
