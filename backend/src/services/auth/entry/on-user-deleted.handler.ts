import { Injectable } from '@nestjs/common';
import type { UserDeletedEvent } from '@shop/contracts';
import { KafkaHandler } from '@/infrastructure/kafka/consumer/kafka-handler.decorator';
import { UserRepository } from '../state/user.repository';

@Injectable()
@KafkaHandler('user.deleted', { name: 'auth.on-user-deleted', effects: 'transaction' })
export class OnUserDeletedHandler {
  constructor(private readonly users: UserRepository) {}

  async handle({ data }: UserDeletedEvent): Promise<void> {
    await this.users.erase(data.userId);
  }
}
