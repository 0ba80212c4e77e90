import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  UseGuards,
} from '@nestjs/common';
import type { z } from 'zod';
import { decodeCursor, type Page } from '@/infrastructure/http/page';
import type { AuditJob } from '@/infrastructure/kafka/accounting/audit/audit-job';
import { OperatorGuard } from '@/infrastructure/security/operator.guard';
import { Caller } from '../caller.decorator';
import type { OpsCaller } from '../ops-caller';
import { AccountingDesk, type Everywhere, type ShownAccount } from './accounting-desk.service';
import { accountsQuery, auditBody, auditParams, auditQuery } from './accounting.requests';

type AccountsQuery = z.output<typeof accountsQuery>;
type AuditBody = z.output<typeof auditBody>;
type AuditParams = z.output<typeof auditParams>;
type AuditQuery = z.output<typeof auditQuery>;

/** What became of every event: accounts of groups and handlers, and audits of them against the raw log. */
@Controller('ops/api/accounting')
@UseGuards(OperatorGuard)
export class AccountingController {
  constructor(@Inject(AccountingDesk) private readonly desk: AccountingDesk) {}

  /** By group, handler and topic. `gaps` and `conflicts` name offsets `[from, to)`. */
  @Get()
  accounts(
    @Caller() caller: OpsCaller,
    @Query({ schema: accountsQuery }) { scope, limit, cursor, detail, ...filter }: AccountsQuery,
  ): Promise<Everywhere<Page<ShownAccount>>> {
    const after = positionOf(decodeCursor(cursor, (position) => positionOf(position) !== undefined));
    return this.desk.accounts(caller, scope, { filter, detail, limit, after });
  }

  /** Answers at once; the audit goes on. */
  @Post('audit')
  @HttpCode(202)
  start(
    @Caller() caller: OpsCaller,
    @Query({ schema: auditQuery }) { scope }: AuditQuery,
    @Body({ schema: auditBody }) body: AuditBody,
  ): Promise<Everywhere<AuditJob>> {
    return this.desk.startAudit(caller, scope, body);
  }

  @Get('audit/:id')
  show(
    @Caller() caller: OpsCaller,
    @Param({ schema: auditParams }) { id }: AuditParams,
    @Query({ schema: auditQuery }) { scope }: AuditQuery,
  ): Promise<Everywhere<AuditJob>> {
    return this.desk.showAudit(caller, scope, id);
  }

  /** It ends with what it has found so far. */
  @Delete('audit/:id')
  stop(
    @Caller() caller: OpsCaller,
    @Param({ schema: auditParams }) { id }: AuditParams,
    @Query({ schema: auditQuery }) { scope }: AuditQuery,
  ): Promise<Everywhere<AuditJob>> {
    return this.desk.stopAudit(caller, scope, id);
  }
}

function positionOf(text: string | undefined) {
  if (text === undefined) return undefined;
  try {
    const [group, handler, topic] = JSON.parse(text) as unknown[];
    if (typeof group !== 'string' || typeof handler !== 'string' || typeof topic !== 'string')
      return undefined;
    return { group, handler, topic };
  } catch {
    return undefined;
  }
}
