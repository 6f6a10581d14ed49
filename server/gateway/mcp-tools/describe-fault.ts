import { cutText } from '#server/core/access/schema.ts';
import type { Upstream } from '#server/gateway/mcp-tools/queries.ts';
import { makeVisible } from '#server/gateway/mcp-tools/rules.ts';
import type { SendFault } from '#server/gateway/mcp-tools/send-call.ts';

/** `refused`: the server itself answered with an error. */
export type CallFault = SendFault | 'upstream_busy' | 'refused';

type Named = Pick<Upstream, 'alias' | 'timeoutSeconds' | 'totalSeconds' | 'maxConcurrent'> & {
  resultBytes: number;
};

const longestSaid = 300;

const sentences: Record<Exclude<CallFault, 'refused'>, (server: Named) => string> = {
  address_refused: ({ alias }) =>
    `${alias} has an address that Keyward does not connect to. Ask a manager to look at this server.`,
  unreachable: ({ alias }) => `${alias} cannot be reached. Try again in a moment.`,
  tls: ({ alias }) =>
    `${alias} has no certificate that can be verified. Ask a manager to look at this server.`,
  timeout: ({ alias }) => `${alias} did not answer in time. Try again in a moment.`,
  unauthorized: ({ alias }) =>
    `${alias} refused what Keyward signs in with. Ask a manager to renew this server’s headers.`,
  not_mcp: ({ alias }) =>
    `${alias} answered something that is not MCP. Ask a manager to look at this server.`,
  too_large: ({ alias, resultBytes }) =>
    `${alias} answered more than ${resultBytes / 1_048_576} MiB, which is the most that is passed on. Ask for less.`,
  cancelled: ({ alias }) => `The call of ${alias} was cancelled.`,
  silent: ({ alias, timeoutSeconds }) => `${alias} did not answer within ${timeoutSeconds} s.`,
  overtime: ({ alias, totalSeconds }) => `${alias} did not finish within ${totalSeconds} s.`,
  upstream_busy: ({ alias, maxConcurrent }) =>
    `${alias} is busy: ${maxConcurrent} calls are under way and more wait. Try again in a moment.`,
};

/** Why a call brought no result, in words of ours; of an error that the server answered with, the beginning of what it says. */
export function describeFault(server: Named, fault: CallFault, said?: unknown): string {
  if (fault !== 'refused') return sentences[fault](server);
  const text =
    typeof said === 'string'
      ? makeVisible(cutText(said.replace(/[\p{Cc}\s]+/gu, ' ').trim(), longestSaid))
      : '';
  return `${server.alias} refused the call${text ? `: ${text}` : '.'}`;
}
