'use client';
import { cva } from 'class-variance-authority';
import { ChevronDown } from 'lucide-react';
import { useId } from 'react';
import { exampleOf, type Operation, pretty } from './api-document.ts';
import { Code } from './code.tsx';
import { Prose } from './prose.tsx';
import { TryCall } from './try-call.tsx';

const methodClass = cva('w-14 shrink-0 rounded-tag py-0.5 text-center font-mono text-xs font-medium', {
  variants: {
    method: {
      GET: 'bg-accent-soft text-accent-ink',
      POST: 'bg-ok-soft text-ok',
      PATCH: 'bg-warn-soft text-warn',
      PUT: 'bg-warn-soft text-warn',
      DELETE: 'bg-danger-soft text-danger',
    },
  },
});
type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

interface OperationRowProps {
  operation: Operation;
  isOpen: boolean;
  token: string;
  onToggle: (isOpen: boolean) => void;
}

export function OperationRow({ operation, isOpen, token, onToggle }: OperationRowProps) {
  const id = useId();
  const { method, path, summary } = operation;
  return (
    <div className="not-first:border-t not-first:border-line">
      <h3>
        <button
          type="button"
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => onToggle(!isOpen)}
          className="flex w-full items-center gap-x-3 gap-y-1 px-4 py-2.5 text-left transition-colors duration-120 hover:bg-hover focus-visible:-outline-offset-2 @max-2xl:flex-wrap"
        >
          <span className={methodClass({ method: method as Method })}>{method}</span>
          <code className="min-w-0 font-mono text-sm break-all @max-2xl:flex-1">{path}</code>
          <span className="min-w-0 truncate text-sm text-muted @max-2xl:w-full">{summary}</span>
          <ChevronDown
            aria-hidden
            className={`ml-auto size-4 shrink-0 text-faint transition-transform duration-150 @max-2xl:hidden ${isOpen ? 'rotate-180' : ''}`}
          />
        </button>
      </h3>
      <div id={id}>{isOpen && <Detail operation={operation} token={token} />}</div>
    </div>
  );
}

function Detail({ operation, token }: { operation: Operation; token: string }) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6 border-t border-line px-4 py-4 @4xl:grid-cols-2">
      <div className="grid content-start gap-4">
        <p className="text-muted">
          <Prose text={operation.description} />
        </p>
        <TryCall operation={operation} token={token} />
      </div>
      <Responses operation={operation} />
    </div>
  );
}

/** What it answers: the good answer with an example, the refusals with their codes. */
function Responses({ operation: { responses } }: { operation: Operation }) {
  return (
    <div className="grid content-start gap-3">
      <h4 className="font-medium">Answers</h4>
      <dl className="grid gap-3">
        {Object.entries(responses).map(([status, response]) => (
          <div key={status} className="grid grid-cols-[2.5rem_minmax(0,1fr)] gap-x-3">
            <dt className="font-mono text-sm font-medium">{status}</dt>
            <dd className="text-sm text-muted">
              <Prose text={response.description} />
              {status.startsWith('2') && exampleOf(response) !== undefined && (
                <Code label={`Example of ${status}`} text={pretty(exampleOf(response))} />
              )}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
