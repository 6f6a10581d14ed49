'use client';
import { useQuery } from '@tanstack/react-query';
import { FileJson, SearchX } from 'lucide-react';
import { parseAsString, useQueryStates } from 'nuqs';
import { useState } from 'react';
import { Failed } from '#components/api/failed.tsx';
import { PageHead } from '#components/frame/page-head.tsx';
import { Button, buttonClass } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { SearchField } from '#components/ui/search-field.tsx';
import { apiDocument, documentPath, sectionsOf } from './api-document.ts';
import { OperationsSkeleton } from './api-skeleton.tsx';
import { OperationRow } from './operation-row.tsx';
import { TokenField } from './token-field.tsx';

const parsers = {
  search: parseAsString.withDefault('').withOptions({ history: 'replace' }),
  /** The operation that is open. */
  open: parseAsString.withDefault(''),
};

/** The REST API as the server describes it, with every call to be tried on this server. */
export function ApiDocs() {
  const document = useQuery(apiDocument);
  const [{ search, open }, setShown] = useQueryStates(parsers, { history: 'push' });
  const [token, setToken] = useState('');
  const show = (change: { search?: string; open?: string }) => void setShown(change);
  const sections = document.data ? sectionsOf(document.data, search) : [];

  return (
    <>
      <PageHead title="API">
        <a href={documentPath} className={buttonClass({})}>
          <FileJson aria-hidden />
          OpenAPI document
        </a>
      </PageHead>
      {document.isPending && <OperationsSkeleton />}
      {document.isError && <Failed error={document.error} />}
      {document.data && (
        <>
          <TokenField hasToken={token !== ''} onToken={setToken} />
          <div className="mt-6 flex max-w-96">
            <SearchField
              label="Find an operation"
              value={search}
              onSearch={(text) => show({ search: text })}
            />
          </div>
          {sections.length === 0 && (
            <EmptyState
              icon={SearchX}
              title="No operation matches"
              action={<Button onClick={() => show({ search: '' })}>Clear search</Button>}
            >
              Search for a path, a verb or a word of what it does.
            </EmptyState>
          )}
          {sections.map(({ name, description, operations }) => (
            <section key={name} aria-labelledby={`about-${name}`} className="mt-8">
              <h2 id={`about-${name}`} className="text-base font-semibold capitalize">
                {name.replaceAll(/(?=[A-Z])/g, ' ')}
              </h2>
              <p className="mb-3 text-sm text-muted">{description}</p>
              <Card className="overflow-hidden">
                {operations.map((operation) => (
                  <OperationRow
                    key={operation.operationId}
                    operation={operation}
                    isOpen={operation.operationId === open}
                    token={token}
                    onToggle={(isOpen) => show({ open: isOpen ? operation.operationId : '' })}
                  />
                ))}
              </Card>
            </section>
          ))}
        </>
      )}
    </>
  );
}
