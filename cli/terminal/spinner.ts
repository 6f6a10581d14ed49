import type { Output } from './output.ts';
import { clean, fit } from './text.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const everyMs = 100;

export interface Spinner {
  say(text: string): void;
  stop(): void;
}

/** Shows that something goes on, on a terminal only; elsewhere it says nothing. */
export function startSpinner(out: Output, text: string): Spinner {
  if (!process.stderr.isTTY || out.quiet || process.env['TERM'] === 'dumb')
    return { say: () => {}, stop: () => {} };
  let said = text;
  let frame = 0;
  const draw = () => {
    const room = Math.max(10, (process.stderr.columns || 80) - 3);
    process.stderr.write(
      `\r\u001B[2K${out.notePaint.cyan(frames[frame++ % frames.length] ?? '')} ${fit(said, room)}`,
    );
  };
  process.stderr.write('\u001B[?25l');
  draw();
  const timer = setInterval(draw, everyMs);
  return {
    say(text) {
      said = clean(text);
    },
    stop() {
      clearInterval(timer);
      process.stderr.write('\r\u001B[2K\u001B[?25h');
    },
  };
}
