import { Inject, Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { OperatedSagas } from './operated-sagas.service';
import { OrdersWithoutSaga } from './orders-without-saga';

/** The sagas of all services of this process that have some. */
@Injectable()
export class LocalSagas {
  constructor(@Inject(ModulesContainer) private readonly modules: ModulesContainer) {}

  all(): readonly OperatedSagas[] {
    return this.providers().filter((provider) => provider instanceof OperatedSagas);
  }

  /** What else drives orders. */
  withoutSaga(): readonly OrdersWithoutSaga[] {
    return this.providers().filter((provider) => provider instanceof OrdersWithoutSaga);
  }

  private providers(): readonly unknown[] {
    return [...this.modules.values()].flatMap((module) =>
      [...module.providers.values()].map(({ instance }) => instance as unknown),
    );
  }
}
