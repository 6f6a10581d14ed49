import { z } from 'zod';
import {
  anyone,
  permitted,
  permittedFreshlyInSession,
  rest,
  router,
  signedIn,
  signedInPerson,
} from '#server/core/procedures/builders.ts';
import {
  deleteAgent,
  getAgent,
  pauseAgent,
  resumeAgent,
  updateAgent,
} from '#server/credentials/agents/commands.ts';
import { enrollAgent } from '#server/credentials/agents/enroll-agent.ts';
import { createAgent, issueAgentCode } from '#server/credentials/agents/issue.ts';
import { listAgents } from '#server/credentials/agents/list-agents.ts';
import {
  agentIdInput,
  agentPageView,
  agentView,
  createAgentInput,
  createdAgentView,
  enrollAgentInput,
  enrolledAgentView,
  issueAgentCodeInput,
  issuedAgentCodeView,
  listAgentsInput,
  pauseAgentInput,
  transferAgentInput,
  updateAgentInput,
} from '#server/credentials/agents/schema.ts';
import { transferAgent } from '#server/credentials/agents/transfer-agent.ts';

/** Without `agents:read` a person sees their own agents, and nobody else any. */
export const agentsRouter = router({
  list: signedIn
    .meta(
      rest('GET', '/agents', 'List agents: your own, or with `agents:read` all of the tenant', {
        errors: ['permission_denied'],
      }),
    )
    .input(listAgentsInput)
    .output(agentPageView)
    .query(({ ctx, input }) => listAgents(ctx, input)),
  get: signedIn
    .meta(
      rest('GET', '/agents/{id}', 'Show an agent: your own, or with `agents:read` any of the tenant', {
        errors: ['permission_denied', 'not_found'],
      }),
    )
    .input(agentIdInput)
    .output(agentView)
    .query(({ ctx, input }) => getAgent(ctx, input)),
  create: permittedFreshlyInSession('agents:write')
    .meta({ unbatched: true })
    .meta(
      rest('POST', '/agents', 'Make an agent and the code that enrolls it', {
        status: 201,
        errors: ['name_taken', 'too_many_agents'],
      }),
    )
    .input(createAgentInput)
    .output(createdAgentView)
    .mutation(({ ctx, input }) => createAgent(ctx, input)),
  issueCode: permittedFreshlyInSession('agents:write')
    .meta({ unbatched: true })
    .meta(
      rest('POST', '/agents/{id}/code', 'Make a code that enrolls an agent again', {
        status: 201,
        errors: ['not_found'],
      }),
    )
    .input(issueAgentCodeInput)
    .output(issuedAgentCodeView)
    .mutation(({ ctx, input }) => issueAgentCode(ctx, input)),
  enroll: anyone
    .meta({ unbatched: true })
    .meta(
      rest('POST', '/agents/enroll', 'Swap a code for the secret of an agent, once', {
        status: 201,
        errors: ['code_invalid', 'token_disabled', 'account_deactivated', 'paused'],
      }),
    )
    .input(enrollAgentInput)
    .output(enrolledAgentView)
    .mutation(({ ctx, input }) => enrollAgent(ctx, input)),
  update: permitted('agents:write')
    .meta(
      rest(
        'PATCH',
        '/agents/{id}',
        'Rename an agent, narrow it, disable it or, in a fresh session, widen it',
        {
          errors: ['not_found', 'name_taken', 'session_required', 'sign_in_again'],
        },
      ),
    )
    .input(updateAgentInput)
    .output(agentView)
    .mutation(({ ctx, input }) => updateAgent(ctx, input)),
  pause: signedInPerson
    .meta(
      rest(
        'POST',
        '/agents/{id}/pause',
        'Pause an agent: your own, or with `agents:write` any of the tenant',
        {
          errors: ['not_found'],
        },
      ),
    )
    .input(pauseAgentInput)
    .output(agentView)
    .mutation(({ ctx, input }) => pauseAgent(ctx, input)),
  resume: signedInPerson
    .meta(
      rest('POST', '/agents/{id}/resume', 'Resume a paused agent', {
        errors: ['permission_denied', 'not_found'],
      }),
    )
    .input(agentIdInput)
    .output(agentView)
    .mutation(({ ctx, input }) => resumeAgent(ctx, input)),
  transfer: permitted('agents:write')
    .meta(
      rest('POST', '/agents/{id}/transfer', 'Have an agent act for someone else', {
        errors: ['not_found', 'session_required', 'sign_in_again'],
      }),
    )
    .input(transferAgentInput)
    .output(agentView)
    .mutation(({ ctx, input }) => transferAgent(ctx, input)),
  remove: permitted('agents:write')
    .meta(rest('DELETE', '/agents/{id}', 'Delete an agent, for good', { status: 204, errors: ['not_found'] }))
    .input(agentIdInput)
    .output(z.null())
    .mutation(({ ctx, input }) => deleteAgent(ctx, input)),
});
