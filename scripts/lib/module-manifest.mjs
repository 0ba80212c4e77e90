/** The application brings these itself: there must be one of each in a process. */
const PEERS = {
  '@nestjs/common': '^12.0.0',
  '@nestjs/core': '^12.0.0',
  'reflect-metadata': '^0.2.0',
  rxjs: '^7.8.0',
};

/** Needed with the option `database` and by the embedded engine only. */
const OPTIONAL_PEERS = ['pg', 'kysely'];

/** `package.json` of the packed module. Throws for a package that the code names and no list has. */
export function moduleManifest({ backend, packages, entries }) {
  const versionOf = (name) => {
    const version = backend.dependencies[name];
    if (version === undefined)
      throw new Error(`The module imports '${name}', which the backend does not have.`);
    return version;
  };
  const own = packages.filter((name) => !(name in PEERS) && !OPTIONAL_PEERS.includes(name));
  return {
    name: '@shop/kafka',
    version: backend.version,
    description: 'Typed Kafka events for NestJS: publisher, handlers, outbox and inbox, dead letters',
    license: backend.license,
    type: 'module',
    engines: { node: '>=24' },
    exports: Object.fromEntries(
      Object.entries(entries).map(([subpath, entry]) => [
        subpath,
        { types: `./${entry}.d.ts`, default: `./${entry}.js` },
      ]),
    ),
    dependencies: Object.fromEntries(own.map((name) => [name, versionOf(name)])),
    peerDependencies: {
      ...PEERS,
      ...Object.fromEntries(OPTIONAL_PEERS.map((name) => [name, `^${versionOf(name)}`])),
    },
    peerDependenciesMeta: Object.fromEntries(OPTIONAL_PEERS.map((name) => [name, { optional: true }])),
  };
}
