import { z } from 'zod';
import { requirePermission } from '#server/core/authentication/require-permission.ts';
import { toAppError } from '#server/core/procedures/problem.ts';
import { failedTool, type McpCall } from '#server/doors/mcp/method.ts';
import type { OwnTool } from '#server/doors/mcp/own-tools.ts';
import { isFields, type Fields } from '#server/doors/mcp/read-message.ts';
import { metaKeys, type CallParams } from '#server/doors/mcp/schema.ts';
import { callProcedure } from '#server/doors/rest/call-procedure.ts';
import { recordCall } from '#server/gateway/mcp-tools/record-call.ts';

/** Calls one of Keyward's own tools by its procedure. What that refuses is the tool's result, for a model to read. */
export async function callOwnTool(call: McpCall, tool: OwnTool, params: CallParams): Promise<Fields> {
  const { ctx } = call;
  try {
    if (tool.permission) requirePermission(ctx, tool.permission);
    const question = askFirst(call, tool, params);
    if (question) return question;
    const result: unknown = await callProcedure(tool.route, ctx, inputOf(tool, params));
    recordCall(ctx, { name: tool.name, shownName: tool.name, serverId: null });
    return {
      content: [{ type: 'text', text: JSON.stringify(result) }],
      ...(isFields(result) && { structuredContent: result }),
    };
  } catch (error) {
    const refusal = toAppError(error);
    if (refusal.status >= 500 || refusal.status === 429) throw refusal;
    return failedTool(refusal.message);
  }
}

/** `confirm` is no field of the procedure. */
function inputOf({ confirm }: OwnTool, params: CallParams): Fields {
  if (confirm === undefined) return params.arguments;
  const { confirm: _, ...input } = params.arguments;
  return input;
}

const answerSchema = z.object({
  confirm: z.object({ action: z.string(), content: z.object({ confirm: z.boolean() }).optional() }),
});

/** What has to be said before something is destroyed: by the person where their client can ask, else by `confirm: true`. */
function askFirst(call: McpCall, tool: OwnTool, params: CallParams): Fields | undefined {
  if (tool.confirm === undefined) return undefined;
  if (!canAsk(call))
    return params.arguments['confirm'] === true
      ? undefined
      : failedTool(`${tool.confirm} Ask the person. Once they agree, call it again with "confirm": true.`);
  const state = stateOf(call, tool, params);
  if (params.inputResponses === undefined || params.requestState !== state) return ask(tool.confirm, state);
  const { success, data } = answerSchema.safeParse(params.inputResponses);
  const agreed = success && data.confirm.action === 'accept' && data.confirm.content?.confirm === true;
  return agreed ? undefined : failedTool('The person did not agree. Nothing was changed.');
}

function canAsk({ request: { isModern, meta } }: McpCall): boolean {
  const capabilities = meta[metaKeys.capabilities];
  if (!isModern || !isFields(capabilities) || !isFields(capabilities['elicitation'])) return false;
  const { form, url } = capabilities['elicitation'];
  // Of before there were kinds of it, it is by forms.
  return form !== undefined || url === undefined;
}

function ask(message: string, requestState: string): Fields {
  const requestedSchema = {
    type: 'object',
    properties: { confirm: { type: 'boolean', title: 'Yes, do it' } },
    required: ['confirm'],
  };
  const params = { mode: 'form', message, requestedSchema };
  return {
    resultType: 'input_required',
    inputRequests: { confirm: { method: 'elicitation/create', params } },
    requestState,
  };
}

/** An answer counts for what was asked: this credential, this tool, these arguments. */
function stateOf({ ctx: { runtime, principal } }: McpCall, { name }: OwnTool, params: CallParams): string {
  const names = Object.keys(params.arguments).toSorted();
  const asked = JSON.stringify([principal.origin.id, name, names.map((key) => [key, params.arguments[key]])]);
  return runtime.signer.hash('mcp-confirm', asked).toString('base64url');
}
