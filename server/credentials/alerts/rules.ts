import type { UpstreamFault } from '#server/core/upstream/fault.ts';
import { faultWords } from '#server/core/upstream/schema.ts';
import type {
  AgentReason,
  AttentionItemView,
  ServerReason,
  TokenReason,
} from '#server/credentials/alerts/schema.ts';
import type { TokenStatus } from '#server/credentials/tokens/schema.ts';

const day = 86_400_000;

/** What one token was found for. */
export interface Finding {
  reason: TokenReason;
  /** When it was noticed last: the refused use, the new address. */
  at: Date | null;
  /** How often it was refused. */
  count: number;
  /** The address that is new. */
  address: string | null;
}

interface FoundToken {
  status: TokenStatus;
  createdAt: string;
  lastUsedAt: string | null;
  owner: { email: string };
}

type Judgement = Pick<AttentionItemView, 'evidence' | 'action'>;

/** What is said of a finding, and what is advised. */
export function judge({ reason, count, address }: Finding, token: FoundToken, at: Date): Judgement {
  switch (reason) {
    case 'knocking':
      return {
        evidence: `${stateWords[token.status] ?? 'Refused'}, and still tried ${times(count)} in the last 7 days${address ? `, last from ${address}` : ''}.`,
        action: token.status === 'revoked' ? 'look' : 'revoke',
      };
    case 'owner_gone':
      return {
        evidence: `${token.owner.email} is deactivated, and this token was not revoked.`,
        action: 'revoke',
      };
    case 'new_address':
      return { evidence: `Used from a new address${address ? `: ${address}` : ''}.`, action: 'look' };
    case 'eternal_unused':
      return { evidence: `Never expires, and ${unusedWords(token, at)}.`, action: 'revoke' };
  }
}

const stateWords: Partial<Record<TokenStatus, string>> = {
  expired: 'Expired',
  revoked: 'Revoked',
  disabled: 'Disabled',
  blocked: 'Blocked',
};

function unusedWords({ lastUsedAt, createdAt }: FoundToken, at: Date): string {
  const days = Math.floor((at.getTime() - new Date(lastUsedAt ?? createdAt).getTime()) / day);
  return lastUsedAt ? `not used for ${days} days` : `never used in the ${days} days since it was made`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count.toLocaleString('en-GB')} times`;
}

/** What one agent was found for. */
export interface AgentFinding {
  reason: AgentReason;
  host: string | null;
  address: string | null;
  owner: { email: string };
}

/** What is said of an agent that was found, which is to be looked at. */
export function judgeAgent({ reason, host, address, owner }: AgentFinding): Judgement {
  const where = [host && ` on ${host}`, address && ` from ${address}`].filter(Boolean).join('');
  const evidence: Record<AgentReason, string> = {
    clone_suspected: `Seems to run in two places${where && `, last${where}`}.`,
    rotation_stuck:
      'Three new secrets were delivered and not confirmed. It works on with its old one until that expires.',
    agent_orphaned: `${owner.email} is gone, so it is refused until it is transferred.`,
  };
  return { evidence: evidence[reason], action: 'look' };
}

/** What one tool server was found for. */
export interface ServerFinding {
  reason: ServerReason;
  fault: UpstreamFault | null;
  /** Of its tools, by what they wait for. */
  tools: { new: number; changed: number; hidden: number };
}

/** What is said of a tool server that was found, which is to be looked at. */
export function judgeServer({ reason, fault, tools }: ServerFinding): Judgement {
  const held = [tools.new > 0 && `${tools.new} new`, tools.changed > 0 && `${tools.changed} changed`];
  const evidence: Record<ServerReason, string> = {
    server_down: `Its calls are refused${fault ? `: ${faultWords[fault].said}` : ''}.`,
    tools_held: `Read what they say, and approve them: ${held.filter(Boolean).join(', ')}.`,
    tools_hidden: `Other tools have the ${tools.hidden === 1 ? 'name of 1 tool' : `names of ${tools.hidden} tools`}. Change the alias of one of the servers.`,
  };
  return { evidence: evidence[reason], action: 'look' };
}
