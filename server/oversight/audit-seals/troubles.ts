import type { Logger } from 'pino';

/** What can be wrong with the sealing of the log, as metrics and `/readyz` name it. */
export const troubleKinds = [
  /** The oldest row without a seal is older than ten seconds. */
  'unsealed',
  /** Attempts to seal fail. */
  'failing',
  /** The database does not say whether rows wait. */
  'unseen',
  /** Rows among the seals that are no seals of this server. */
  'stray_seal',
  /** Numbers of new rows lie below the newest seal, where no seal comes any more. */
  'numbering',
  /** The file of the audit key is gone, or holds another one. */
  'key_file',
  /** The newest seal cannot be kept in the data folder, or the one there cannot be read. */
  'kept_seal',
  /** The log no longer has the seal that is kept in the data folder. */
  'lost_seal',
  /** Rows that this server wrote are not in the seals as they were written. */
  'lost_rows',
  /** More rows wait for a seal than this server can remember. */
  'unremembered',
] as const;
export type TroubleKind = (typeof troubleKinds)[number];

export interface Trouble {
  kind: TroubleKind;
  /** A sentence or two for operators and admins. */
  detail: string;
}

/** What is wrong now. It is in the log when it begins, each minute while it lasts, and when it is over. */
export interface Troubles {
  /** `detail` left out: there is nothing of this kind any more. */
  set(kind: TroubleKind, detail?: string, error?: unknown): void;
  list(): Trouble[];
}

const sayAgainMs = 60_000;

export function createTroubles(log: Logger): Troubles {
  const known = new Map<TroubleKind, { detail: string; saidAt: number }>();
  return {
    set(kind, detail, error) {
      const before = known.get(kind);
      if (detail === undefined) {
        if (known.delete(kind))
          log.warn({ trouble: kind }, 'this trouble with the seals of the audit log is over');
        return;
      }
      const now = performance.now();
      const isDue = !before || now - before.saidAt >= sayAgainMs;
      known.set(kind, { detail, saidAt: isDue ? now : before.saidAt });
      if (isDue) log.error({ trouble: kind, ...(error !== undefined && { err: error }) }, detail);
    },
    list: () => [...known].map(([kind, { detail }]) => ({ kind, detail })),
  };
}
