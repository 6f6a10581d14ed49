import { globalSetup, globalTeardown } from '#server/testing/cluster.ts';

/** One PostgreSQL for the whole run; each test opens a server on a copy of its database. */
export default async function startCluster() {
  await globalSetup();
  return globalTeardown;
}
