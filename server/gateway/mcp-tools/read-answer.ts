/** One message of an event stream, or the body of a plain answer. */
export type Message = Record<string, unknown>;

/** The JSON messages of an answer as they come in. Throws `SyntaxError` for what is no JSON. */
export async function* readAnswer(body: AsyncIterable<Buffer>, contentType: string): AsyncGenerator<Message> {
  if (/^text\/event-stream\b/i.test(contentType)) {
    for await (const data of readEvents(body)) yield parseMessage(data);
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  yield parseMessage(Buffer.concat(chunks).toString());
}

/** The data of each event that has any. A line that comes in many parts is put together once it has ended. */
async function* readEvents(body: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  let data: string[] = [];
  for await (const chunk of body) {
    parts.push(decoder.decode(chunk, { stream: true }));
    if (!chunk.includes(10)) continue;
    const lines = parts.join('').split('\n');
    parts = lines.splice(-1);
    for (const ended of lines) {
      const line = ended.replace(/\r$/, '');
      if (line.startsWith('data:')) data.push(line.slice(line.startsWith('data: ') ? 6 : 5));
      else if (line === '' && data.length > 0) {
        yield data.join('\n');
        data = [];
      }
    }
  }
}

function parseMessage(text: string): Message {
  const message: unknown = JSON.parse(text);
  if (typeof message === 'object' && message !== null && !Array.isArray(message)) return message as Message;
  throw new SyntaxError('This is no message of JSON-RPC.');
}
