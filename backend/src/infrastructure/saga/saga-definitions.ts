import type { SagaDefinition } from './saga-definition';
import { definitionFaults } from './saga-definition-faults';
import type { SagaListener } from './saga-engine';
import { InvalidSagaDefinitionError, UnknownSagaVersionError } from './saga.errors';
import type { UnfinishedVersion } from './saga-queries';

export interface RegisteredSaga {
  readonly definition: SagaDefinition<unknown>;
  readonly listener?: SagaListener<unknown>;
}

/** All versions of all sagas that this build can run. */
export class SagaDefinitions {
  private readonly registered: RegisteredSaga[] = [];

  register<Context>(definition: SagaDefinition<Context>, listener?: SagaListener<Context>): void {
    const faults = [...definitionFaults(definition as SagaDefinition<never>)];
    if (this.registered.some((known) => isVersion(known, definition.type, definition.version))) {
      faults.push(`version ${definition.version} is registered already`);
    }
    if (faults.length > 0) throw new InvalidSagaDefinitionError(definition.type, faults);
    this.registered.push({
      definition: definition as unknown as SagaDefinition<unknown>,
      ...(listener ? { listener: listener as SagaListener<unknown> } : {}),
    });
  }

  versions(type: string): readonly RegisteredSaga[] {
    return this.registered.filter(({ definition }) => definition.type === type);
  }

  /** The version that new sagas begin with. */
  latest(type: string): RegisteredSaga {
    const latest = this.versions(type).toSorted((a, b) => b.definition.version - a.definition.version)[0];
    if (!latest) throw new InvalidSagaDefinitionError(type, ['is not registered']);
    return latest;
  }

  of(type: string, version: number): RegisteredSaga {
    const found = this.registered.find((known) => isVersion(known, type, version));
    if (!found) throw new UnknownSagaVersionError([{ type, version, count: 1 }]);
    return found;
  }

  /** Throws `UnknownSagaVersionError` when unfinished sagas need a version that is not here. */
  refuseUnknown(unfinished: readonly UnfinishedVersion[]): void {
    const unknown = unfinished.filter(
      ({ type, version }) => !this.registered.some((known) => isVersion(known, type, version)),
    );
    if (unknown.length > 0) throw new UnknownSagaVersionError(unknown);
  }
}

const isVersion = ({ definition }: RegisteredSaga, type: string, version: number): boolean =>
  definition.type === type && definition.version === version;
