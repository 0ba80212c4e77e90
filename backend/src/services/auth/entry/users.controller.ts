import { Controller, Get, UseGuards } from '@nestjs/common';
import { AccessTokenGuard } from '@/infrastructure/security/access-token.guard';
import type { AuthenticatedUser } from '@/infrastructure/security/access-tokens';
import { CurrentUser } from '@/infrastructure/security/current-user.decorator';
import { UserNotFoundError } from '../auth.errors';
import type { OrderHistoryEntry, Profile } from '../domain/profile';
import { OrderHistory } from '../state/order-history';
import { UserRepository } from '../state/user.repository';

const ORDERS_SHOWN = 50;

@Controller('api/users')
export class UsersController {
  constructor(
    private readonly users: UserRepository,
    private readonly history: OrderHistory,
  ) {}

  @Get('me')
  @UseGuards(AccessTokenGuard)
  async me(
    @CurrentUser() { userId }: AuthenticatedUser,
  ): Promise<Profile & { orders: readonly OrderHistoryEntry[] }> {
    const profile = await this.users.profileOf(userId);
    if (!profile) throw new UserNotFoundError();
    return { ...profile, orders: await this.history.latest(userId, ORDERS_SHOWN) };
  }
}
