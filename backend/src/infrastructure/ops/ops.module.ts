import { Module } from '@nestjs/common';
import { Platform } from '@/infrastructure/platform/platform';
import { BreakersController } from './breakers/breakers.controller';
import { DeadLetterBulkController } from './dead-letters/dead-letter-bulk.controller';
import { DeadLetterDesk } from './dead-letters/dead-letter-desk.service';
import { DeadLettersController } from './dead-letters/dead-letters.controller';
import { OpsPeers } from './ops-peers';

/** The operator's routes of what every process has. A controller of them stands here in one line. */
@Module({
  controllers: [BreakersController, DeadLettersController, DeadLetterBulkController],
  providers: [
    DeadLetterDesk,
    { provide: OpsPeers, inject: [Platform], useFactory: (platform: Platform) => OpsPeers.of(platform) },
  ],
})
export class OpsModule {}
