import type { UpstreamFault } from '#server/core/upstream/fault.ts';
import { faultWords } from '#server/core/upstream/schema.ts';
import { AppError, invalid } from '#server/errors.ts';
import { serverLimits } from '#server/gateway/mcp-servers/schema.ts';

export type Health = 'up' | 'degraded' | 'down';

export interface Standing {
  health: Health;
  failures: number;
}

/** What a check found: an answer, perhaps with tools that cannot be kept, or why there was none. */
export type Finding = { fault: null; leftOut: number } | { fault: UpstreamFault };

export interface Observed extends Standing {
  fault: UpstreamFault | null;
  nextCheckAt: Date;
}

const checkMs = 60_000;
const firstWaitMs = 1_000;
const longestWaitMs = 300_000;

/**
 * How a server stands after a check. One failure makes it degraded, the second down; then it is tried again after a second,
 * and after longer and longer, up to five minutes. `dice`: 0 to 1, so that not all are tried at one moment.
 */
export function observe(
  before: Standing,
  found: Finding,
  { at, dice }: { at: Date; dice: number },
): Observed {
  if (found.fault === null) {
    const health = found.leftOut > 0 ? 'degraded' : 'up';
    return { health, failures: 0, fault: null, nextCheckAt: after(at, checkMs) };
  }
  const failures = before.failures + 1;
  const health = failures > 1 || before.health === 'down' ? 'down' : 'degraded';
  const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(failures - 1, 20));
  return { health, failures, fault: found.fault, nextCheckAt: after(at, waitMs * (0.5 + dice / 2)) };
}

const after = (at: Date, ms: number) => new Date(at.getTime() + Math.round(ms));

const urlSentences: Record<string, string> = {
  scheme: 'Only https, and http to addresses that the operator allows.',
  credentials: 'No user or password in an address: send them as headers.',
  fragment: 'No # in an address of a server.',
  port: 'Only the ports 443, 80 and those from 1024 on.',
  address: 'Keyward does not connect to this address. The operator can allow it (KEYWARD_UPSTREAM_ALLOW).',
};

/** Throws `validation_failed` for an address that Keyward would not connect to. */
export function assertUrl(fault: string | null): void {
  if (fault) throw invalid('url', urlSentences[fault] ?? 'This address cannot be used.');
}

/** Throws `too_many_servers` where a tenant has as many as one may have. */
export function assertRoomForServer(count: number): void {
  if (count >= serverLimits.ofTenant)
    throw new AppError(
      'too_many_servers',
      `There are ${serverLimits.ofTenant} tool servers, which is the most that a tenant can have. Remove one first.`,
    );
}

/** Throws `validation_failed` where headers are given that are not to be sent, or none that are. */
export function assertHeadersGiven(auth: string, headers: object | undefined): void {
  if ((auth === 'headers') !== (headers !== undefined))
    throw invalid('headers', 'Headers and the auth "headers" go together.');
}

interface Connection {
  url: string;
  auth: string;
}

/** The same of a change. Headers that were given for one server are not sent to another, which someone who cannot read them could choose. */
export function assertHeadersStay(before: Connection, after: Connection, headers: object | undefined): void {
  const stay = before.auth === 'headers' && after.auth === 'headers' && !headers;
  if (!stay) return assertHeadersGiven(after.auth, headers);
  if (new URL(before.url).origin !== new URL(after.url).origin)
    throw invalid(
      'headers',
      'Give the headers again: they are not sent to another server than the one they were for.',
    );
}

const nano = 1_000_000_000n;

/** `0.002` as billionths of a dollar. */
export function toNanoUsd(text: string): bigint {
  const [whole = '0', part = ''] = text.split('.');
  return BigInt(whole) * nano + BigInt(part.padEnd(9, '0'));
}

export function fromNanoUsd(amount: bigint): string {
  const part = String(amount % nano)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${amount / nano}${part && `.${part}`}`;
}

/** Why a test failed, and what to do. */
export function describeTest(fault: UpstreamFault, isOlder: boolean): string {
  if (isOlder)
    return 'It speaks MCP of 2025-11-25 or before, which Keyward does not pass on yet. It has to speak 2026-07-28.';
  const { said, advice } = faultWords[fault];
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}. ${advice}`;
}
