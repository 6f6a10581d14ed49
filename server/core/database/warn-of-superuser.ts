import type { Logger } from 'pino';

const hourMs = 3_600_000;

/** Now and every hour, until the timer is cleared. */
export function warnOfSuperuser(log: Pick<Logger, 'warn'>): NodeJS.Timeout {
  const warn = () =>
    log.warn(
      'the owner’s address of the database signs in as a superuser (KEYWARD_DATABASE_SUPERUSER=accept): who takes over this server has all databases, and the machine of PostgreSQL',
    );
  warn();
  return setInterval(warn, hourMs).unref();
}
