import { Module } from '@nestjs/common';
import { ServiceModule } from '@/infrastructure/service.module';
import { AccountsService } from './accounts.service';
import { AuthController } from './entry/auth.controller';
import { OnOrderEventsHandler } from './entry/on-order-events.handler';
import { OnUserDeletedHandler } from './entry/on-user-deleted.handler';
import { UsersController } from './entry/users.controller';
import { authMigrations } from './state/auth.migrations';
import { LoginFailures } from './state/login-failures';
import { OrderHistory } from './state/order-history';
import { UserRepository } from './state/user.repository';

@Module({
  imports: [ServiceModule.for('auth', { migrations: authMigrations })],
  controllers: [AuthController, UsersController],
  providers: [
    AccountsService,
    UserRepository,
    LoginFailures,
    OrderHistory,
    OnOrderEventsHandler,
    OnUserDeletedHandler,
  ],
})
export class AuthModule {}
