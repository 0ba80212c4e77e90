import { Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { Platform } from '@/infrastructure/platform/platform';
import { AccountingController } from './accounting/accounting.controller';
import { AccountingDesk } from './accounting/accounting-desk.service';
import { BreakersController } from './breakers/breakers.controller';
import { DeadLetterBulkController } from './dead-letters/dead-letter-bulk.controller';
import { DeadLetterDesk } from './dead-letters/dead-letter-desk.service';
import { DeadLettersController } from './dead-letters/dead-letters.controller';
import { ReplayDesk } from './replays/replay-desk.service';
import { ReplaysController } from './replays/replays.controller';
import { OpsPeers } from './ops-peers';
import { OpsServicesInterceptor } from './ops-services.interceptor';

/** The operator's routes of what every process has. A controller of them stands here in one line. */
@Module({
  controllers: [
    AccountingController,
    BreakersController,
    DeadLettersController,
    DeadLetterBulkController,
    ReplaysController,
  ],
  providers: [
    { provide: APP_INTERCEPTOR, useClass: OpsServicesInterceptor },
    AccountingDesk,
    DeadLetterDesk,
    ReplayDesk,
    { provide: OpsPeers, inject: [Platform], useFactory: (platform: Platform) => OpsPeers.of(platform) },
  ],
})
export class OpsModule {}
