import type { AttentionItemView, AttentionReason } from '#server/credentials/alerts/schema.ts';
import type { TokenStatus } from '#server/credentials/tokens/schema.ts';

const day = 86_400_000;

/** What one token was found for. */
export interface Finding {
  reason: AttentionReason;
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
};

function unusedWords({ lastUsedAt, createdAt }: FoundToken, at: Date): string {
  const days = Math.floor((at.getTime() - new Date(lastUsedAt ?? createdAt).getTime()) / day);
  return lastUsedAt ? `not used for ${days} days` : `never used in the ${days} days since it was made`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count.toLocaleString('en-GB')} times`;
}
