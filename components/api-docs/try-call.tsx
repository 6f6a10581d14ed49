'use client';
import { useMutation } from '@tanstack/react-query';
import { Send } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Alert } from '#components/ui/alert.tsx';
import { Button } from '#components/ui/button.tsx';
import { Field, inputClass } from '#components/ui/field.tsx';
import { exampleOf, type Operation, type Parameter, pretty } from './api-document.ts';
import { Code } from './code.tsx';
import { Prose } from './prose.tsx';
import { type Answered, sendCall } from './send-call.ts';

export function TryCall({ operation, token }: { operation: Operation; token: string }) {
  const { parameters = [], requestBody, operationId } = operation;
  const [values, setValues] = useState<Record<string, string>>({});
  const [body, setBody] = useState(() => (requestBody ? pretty(exampleOf(requestBody) ?? {}) : undefined));
  const call = useMutation({ mutationFn: () => sendCall(operation, { values, body, token }) });
  function send(event: FormEvent) {
    event.preventDefault();
    call.mutate();
  }
  return (
    <form onSubmit={send} aria-label={`Try ${operationId}`} className="grid gap-4">
      {parameters.map((parameter) => (
        <ParameterField
          key={parameter.name}
          parameter={parameter}
          value={values[parameter.name] ?? ''}
          onValue={(value) => setValues({ ...values, [parameter.name]: value })}
        />
      ))}
      {body !== undefined && (
        <Field label="Body">
          {(control) => (
            <textarea
              {...control}
              value={body}
              rows={Math.min(14, body.split('\n').length + 1)}
              spellCheck={false}
              onChange={(event) => setBody(event.target.value)}
              className={`${inputClass} h-auto! py-2 font-mono text-xs leading-5`}
            />
          )}
        </Field>
      )}
      <div>
        <Button type="submit" variant="primary" pending={call.isPending} pendingLabel="Sending…">
          <Send aria-hidden />
          Send
        </Button>
      </div>
      <div aria-live="polite" className="grid grid-cols-[minmax(0,1fr)]">
        {call.isError && <Alert variant="danger">Keyward did not answer. Check your connection.</Alert>}
        {call.data && <Answer answered={call.data} />}
      </div>
    </form>
  );
}

function Answer({ answered: { status, isGood, ms, requestId, text } }: { answered: Answered }) {
  return (
    <div>
      <p className="flex flex-wrap gap-x-3 text-sm text-muted">
        <span className={`font-medium ${isGood ? 'text-ok' : 'text-danger'}`}>{status}</span>
        <span className="tabular-nums">{ms} ms</span>
        {requestId && <code className="font-mono text-xs leading-5 break-all">{requestId}</code>}
      </p>
      {text ? <Code label="Answer" text={text} /> : <p className="mt-1 text-sm text-faint">No body.</p>}
    </div>
  );
}

/** As one would type it. */
const textOf = (value: unknown) =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);

interface ParameterFieldProps {
  parameter: Parameter;
  value: string;
  onValue: (value: string) => void;
}

function ParameterField({ parameter, value, onValue }: ParameterFieldProps) {
  const { name, required = false, description, schema } = parameter;
  const byDefault = textOf(schema.default);
  return (
    <Field
      label={<code className="font-mono text-sm">{name}</code>}
      optional={!required}
      hint={description && <Prose text={description} />}
    >
      {(control) =>
        schema.enum ? (
          <select
            {...control}
            value={value}
            onChange={(event) => onValue(event.target.value)}
            className={inputClass}
          >
            <option value="">{byDefault || '—'}</option>
            {schema.enum.map((choice) => (
              <option key={choice}>{choice}</option>
            ))}
          </select>
        ) : (
          <input
            {...control}
            value={value}
            required={required}
            placeholder={byDefault || textOf(schema.example)}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => onValue(event.target.value)}
            className={`${inputClass} font-mono text-sm placeholder:text-faint`}
          />
        )
      }
    </Field>
  );
}
