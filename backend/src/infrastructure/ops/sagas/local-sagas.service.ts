import { Inject, Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { OperatedSagas } from './operated-sagas.service';

/** The sagas of all services of this process that have some. */
@Injectable()
export class LocalSagas {
  constructor(@Inject(ModulesContainer) private readonly modules: ModulesContainer) {}

  all(): readonly OperatedSagas[] {
    return [...this.modules.values()].flatMap((module) =>
      [...module.providers.values()].flatMap(({ instance }) =>
        instance instanceof OperatedSagas ? [instance] : [],
      ),
    );
  }
}
