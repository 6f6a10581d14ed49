/** One secret of an agent. Its epoch rises with every rotation. */
export interface AgentSecret {
  epoch: number;
  token: string;
}

/** What an agent keeps on its disk. */
export interface AgentState {
  version: 1;
  server: string;
  agentId: string;
  current: AgentSecret;
  /** Delivered and stored, and not yet confirmed by the server. */
  next: AgentSecret | null;
}

export type RotationFailure =
  | 'disk_full'
  | 'not_writable'
  | 'verify_failed'
  | 'busy'
  | 'unsupported'
  | 'other';

export type AgentEvent =
  | { event: 'connected'; server: string; epoch: number }
  /** `code` is that of the WebSocket's end, or undefined where the connection was lost. */
  | { event: 'disconnected'; code?: number; reason: string; retrySeconds: number }
  /** The server refused the connection for now: the agent is paused, disabled, or the server is busy. */
  | { event: 'refused'; status: number; code: string; reason: string; retrySeconds: number }
  | { event: 'rotation_started'; rotationId: string; epoch: number }
  /** The secret that `token()` returns is another one from here on. */
  | { event: 'rotated'; epoch: number }
  | { event: 'rotation_failed'; rotationId: string; reason: RotationFailure; text: string }
  | { event: 'warning'; text: string };

export interface RunAgentOptions {
  /** The state file, as `keyward agent enroll` wrote it. */
  stateFile: string;
  /** What the server shows as the machine. Default: its host name. */
  host?: string;
  /** What the server shows as the version, at most 64 characters. Default: that of this package. */
  version?: string;
  /** Allows plain http to another machine. */
  insecureHttp?: boolean;
  onEvent?: (event: AgentEvent) => void;
}

export interface RunningAgent {
  readonly agentId: string;
  readonly server: string;
  /** The secret that works now. Ask for it before each call rather than keep it. */
  token(): string;
  /** Resolves after `stop`. Rejects with an `AgentError` once no secret on the disk works any more (`signedOut`). */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/**
 * Keeps an agent connected and its secret rotated. Rejects with an `AgentError`: `usage` where the state file cannot be read, and
 * `locked` where another process runs on it.
 */
export declare function runAgent(options: RunAgentOptions): Promise<RunningAgent>;

export interface EnrollAgentOptions {
  server: string;
  /** `kw_set_…`, which works once. */
  code: string;
  stateFile: string;
  host?: string;
  version?: string;
  insecureHttp?: boolean;
  /** Writes over a state file that exists. */
  replace?: boolean;
}

export interface EnrolledAgent {
  agentId: string;
  name: string;
  epoch: number;
}

/** Swaps a code for the first secret and writes the state file. Nothing is asked of the server unless the file can be written. */
export declare function enrollAgent(options: EnrollAgentOptions): Promise<EnrolledAgent>;

/** What a state file says. Throws an `AgentError` with the outcome `usage` where it is missing, broken or of another version. */
export declare function readStateFile(stateFile: string): AgentState;

interface ErrorFacts {
  /** What to do about it. */
  hint?: string | undefined;
  /** The server's word for it. */
  code?: string | undefined;
  requestId?: string | undefined;
}

export declare class AgentError extends Error {
  readonly outcome: 'refused' | 'usage' | 'unreachable' | 'locked' | 'signedOut' | 'interrupted';
  readonly facts: ErrorFacts;
  constructor(outcome: AgentError['outcome'], message: string, facts?: ErrorFacts);
}
