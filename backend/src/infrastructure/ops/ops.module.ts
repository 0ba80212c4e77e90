import { Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { Platform } from '@/infrastructure/platform/platform';
import { AccountingController } from './accounting/accounting.controller';
import { AccountingDesk } from './accounting/accounting-desk.service';
import { BreakersController } from './breakers/breakers.controller';
import { DeadLetterBulkController } from './dead-letters/dead-letter-bulk.controller';
import { DeadLetterDesk } from './dead-letters/dead-letter-desk.service';
import { DeadLettersController } from './dead-letters/dead-letters.controller';
import { InvariantDesk } from './invariants/invariant-desk.service';
import { InvariantsController } from './invariants/invariants.controller';
import { OutboxController } from './outbox/outbox.controller';
import { OutboxDesk } from './outbox/outbox-desk.service';
import { ReplayDesk } from './replays/replay-desk.service';
import { ReplaysController } from './replays/replays.controller';
import { LocalSagas } from './sagas/local-sagas.service';
import { SagaDesk } from './sagas/saga-desk.service';
import { SagaGauge } from './sagas/saga-gauge.service';
import { SagasController } from './sagas/sagas.controller';
import { OpsPeers } from './ops-peers';
import { OpsServicesInterceptor } from './ops-services.interceptor';

/** The operator's routes of what every process has. A controller of them stands here in one line. */
@Module({
  controllers: [
    AccountingController,
    BreakersController,
    DeadLettersController,
    DeadLetterBulkController,
    InvariantsController,
    OutboxController,
    ReplaysController,
    SagasController,
  ],
  providers: [
    { provide: APP_INTERCEPTOR, useClass: OpsServicesInterceptor },
    AccountingDesk,
    DeadLetterDesk,
    InvariantDesk,
    OutboxDesk,
    ReplayDesk,
    LocalSagas,
    SagaDesk,
    SagaGauge,
    { provide: OpsPeers, inject: [Platform], useFactory: (platform: Platform) => OpsPeers.of(platform) },
  ],
})
export class OpsModule {}
