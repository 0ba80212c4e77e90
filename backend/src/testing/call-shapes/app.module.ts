import { Module } from '@nestjs/common';
import { KafkaModule } from '@/infrastructure/kafka/kafka.module';
import { CustomEventService } from './custom-event.service';
import { OrderEventService } from './order-event.service';

@Module({
  imports: [KafkaModule],
  providers: [OrderEventService, CustomEventService],
})
export class AppModule {}
