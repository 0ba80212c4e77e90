import { Module } from '@nestjs/common';
import { ServiceModule } from '@/infrastructure/service.module';
import { auditGroup } from './audit.environment';
import { AuditController } from './entry/audit.controller';
import { OnAnyEventHandler } from './entry/on-any-event.handler';
import { auditMigrations } from './state/audit.migrations';
import { AuditTrail } from './state/audit-trail';

// Reads all twelve topics in the platform's base group, so that Kafka's tools show it under the configured name.
@Module({
  imports: [ServiceModule.for('audit', { migrations: auditMigrations, group: auditGroup() })],
  controllers: [AuditController],
  providers: [AuditTrail, OnAnyEventHandler],
})
export class AuditModule {}
