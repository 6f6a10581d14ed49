import { setTimeout as sleep } from 'node:timers/promises';

/** What one who watches gets, as the server sends it. */
export interface Stream extends AsyncDisposable {
  status: number;
  /** The topics of the next message; null when none comes within a time, and once the server has ended the stream. */
  next(withinMs?: number): Promise<string[] | null>;
  /** Resolves once the server has ended the stream; false when it does not within five seconds. */
  ended(): Promise<boolean>;
  endedWithin(ms: number): Promise<boolean>;
}

/** Watches changes over HTTP, as a browser does. */
export async function openStream(origin: string, who: { cookie?: string; token?: string }): Promise<Stream> {
  const leaving = new AbortController();
  const response = await fetch(`${origin}/trpc/live.changes`, {
    signal: leaving.signal,
    headers: {
      Accept: 'text/event-stream',
      ...(who.cookie && { Cookie: who.cookie }),
      ...(who.token && { Authorization: `Bearer ${who.token}` }),
    },
  });
  const messages: string[][] = [];
  let wake = Promise.withResolvers<void>();
  let isOver = false;
  const over = read(response, (topics) => {
    messages.push(topics);
    wake.resolve();
  }).finally(() => {
    isOver = true;
    wake.resolve();
  });
  const endedWithin = (ms: number) => Promise.race([over.then(() => true), sleep(ms, false)]);
  return {
    status: response.status,
    async next(withinMs = 5_000) {
      if (messages.length === 0 && !isOver) {
        wake = Promise.withResolvers();
        await Promise.race([wake.promise, sleep(withinMs)]);
      }
      return messages.shift() ?? null;
    },
    ended: () => endedWithin(5_000),
    endedWithin,
    async [Symbol.asyncDispose]() {
      leaving.abort();
      await over;
    },
  };
}

/** Resolves when the server has said that it is over, or closed the connection. */
async function read(response: Response, onTopics: (topics: string[]) => void): Promise<void> {
  let text = '';
  try {
    for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += part;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        if (block.includes('event: return')) return;
        const data = block.includes('event:') ? undefined : /^data: (.*)$/m.exec(block)?.[1];
        const topics = data ? (JSON.parse(data) as { topics?: string[] }).topics : undefined;
        if (topics) onTopics(topics);
      }
    }
  } catch {
    // Whoever watched has left.
  }
}
