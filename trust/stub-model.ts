import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

interface Asked {
  model?: string;
  tools?: unknown[];
}

/** Something that speaks as two model APIs do, and calls one tool once: no client is tried with a real model. */
export interface StubModel extends AsyncDisposable {
  origin: string;
  /** All that it was sent. */
  asked: string[];
}

export async function openStubModel(toolName: string, input: object): Promise<StubModel> {
  const asked: string[] = [];
  const server = createServer((req, res) => {
    void json(req)
      .catch(() => ({}))
      .then((body) => {
        const text = JSON.stringify(body);
        asked.push(text);
        res.setHeader('Content-Type', 'text/event-stream');
        if (req.url?.includes('/messages')) answerMessages(res, body as Asked, { toolName, input, text });
        else if (req.url?.includes('/responses')) answerResponses(res, { toolName, input, text });
        res.end();
      });
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Turn {
  toolName: string;
  input: object;
  /** What it was sent. */
  text: string;
}

function say(res: ServerResponse, type: string, data: object): void {
  res.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
}

/** Claude Code names a tool with its server before it. */
function answerMessages(
  res: ServerResponse,
  { model, tools = [] }: Asked,
  { toolName, input, text }: Turn,
): void {
  const isOver = text.includes('"tool_result"') || tools.length === 0;
  const block = isOver
    ? { type: 'text', text: '' }
    : { type: 'tool_use', id: 'toolu_1', name: `mcp__keyward__${toolName}`, input: {} };
  const delta = isOver
    ? { type: 'text_delta', text: 'over' }
    : { type: 'input_json_delta', partial_json: JSON.stringify(input) };
  const usage = { input_tokens: 1, output_tokens: 1 };
  const message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    usage,
  };
  say(res, 'message_start', { message });
  say(res, 'content_block_start', { index: 0, content_block: block });
  say(res, 'content_block_delta', { index: 0, delta });
  say(res, 'content_block_stop', { index: 0 });
  say(res, 'message_delta', { delta: { stop_reason: isOver ? 'end_turn' : 'tool_use' }, usage });
  say(res, 'message_stop', {});
}

/** Codex has the tools of a server in a namespace. */
function answerResponses(res: ServerResponse, { toolName, input, text }: Turn): void {
  const item = text.includes('function_call_output')
    ? { type: 'message', id: 'm1', role: 'assistant', content: [{ type: 'output_text', text: 'over' }] }
    : {
        type: 'function_call',
        id: 'f1',
        call_id: 'c1',
        namespace: 'mcp__keyward',
        name: toolName,
        arguments: JSON.stringify(input),
      };
  say(res, 'response.created', { response: { id: 'r1' } });
  say(res, 'response.output_item.done', { output_index: 0, item });
  const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
  say(res, 'response.completed', { response: { id: 'r1', usage } });
}
