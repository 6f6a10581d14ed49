import type { Stage } from './stage.ts';

/** What a check came to. */
export interface Outcome {
  /** The number that was found, in the words of the threshold: `0 of 150`. */
  measured: string;
  holds: boolean;
}

/** Something that must be true of Keyward, how it is shown, and how it fails where its defence is taken away. */
export interface TrustPromise {
  /** Its row in the list of what must be true: `S1`. */
  id: string;
  /** What is promised, in plain words: `an admin is always left`. */
  name: string;
  threshold: string;
  /** Whether `npm test` runs it: a few seconds, and nothing that has to be quiet. */
  isFast: boolean;
  /** Debian packages that it needs. */
  tools?: readonly string[];
  /** It leaves the stage as nobody else could use it, and gets one for itself. */
  ownStage?: boolean;
  /** It does to PostgreSQL what others could not bear: its stage has one of its own. */
  ownPostgres?: boolean;
  /** What its servers are started with beside the usual; then the stage is its own too. */
  settings?: Readonly<Record<string, string>>;
  /** It asks for pages or for the command line, which have to be built then. */
  needsBuild?: boolean;
  check(stage: Stage): Promise<Outcome>;
  /** One for each defence that it rests on. */
  control: Sabotage | readonly Sabotage[];
}

/** How a defence is taken away, in one of these ways or in several. Then `check` has to answer `holds: false`. */
export type Sabotage = {
  /** What is taken away, to be read after the word “without”: `a lock on the admins`. */
  without: string;
} &
  /** Files of `trust/controls/`, whose functions the servers use in place of those of the same names. */
  (
    | { replaced: readonly string[] }
    /** For what is no function. */
    | { patches: readonly Patch[] }
    /** Run as the owner of the tables, once the servers have started. */
    | { sql: string }
    /** Only for what none of these can take away: the check itself, of something that is flawed. */
    | { flaw: (stage: Stage) => Promise<Outcome> }
  );

/** A change to a source file that only the servers of a control see, as they load it. */
export interface Patch {
  /** From the root of the repository. */
  file: string;
  /** Text that the file has exactly once. */
  find: string;
  replace: string;
}
