import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState, type DragEvent } from 'react';
import { useSearchParams } from 'wouter';
import { useSearchText } from '../shared/hooks';
import { keys } from '../shared/query';
import { Button, ButtonLink } from '../shared/ui/Button';
import { ErrorNote, Loading } from '../shared/ui/Notes';
import { Page } from '../shared/ui/Page';
import { useToast } from '../shared/ui/Toast';
import { listProcedures } from './api';
import { ImportDialog } from './ImportDialog';
import { ProceduresView } from './ProceduresView';

export function ProceduresPage() {
  const [address, setAddress] = useSearchParams();
  const [sought, search, setSearch] = useSearchText('q');
  const [dropped, setDropped] = useState<string | null>(null);
  const importing = dropped ?? (address.has('import') ? '' : null);
  const toast = useToast();
  const get = (name: string) => address.get(name) ?? '';
  const filter = {
    search: sought,
    status: get('status'),
    channel: get('channel'),
    tags: get('tags'),
    project_id: get('project_id'),
  };
  const list = useQuery({
    queryKey: [...keys.procedures, 'list', filter],
    queryFn: () => listProcedures(filter),
    placeholderData: keepPreviousData,
  });

  const take = async (event: DragEvent) => {
    event.preventDefault();
    const file = event.dataTransfer.files[0];
    const text = file ? await file.text() : event.dataTransfer.getData('text/plain');
    if (text) setDropped(text);
    else toast.say('That was neither a file nor text', 'wait');
  };

  return (
    <>
      <div
        className="min-h-full"
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => void take(event)}
      >
        <Page
          title="Procedures"
          lead="What LangOrch can run. Drop a document anywhere on this page to import it."
          actions={
            <>
              <ButtonLink icon="plus" href="/builder">
                Build one
              </ButtonLink>
              <Button kind="primary" icon="import" onClick={() => setDropped('')}>
                Import
              </Button>
            </>
          }
        >
          {list.isError && <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
          {list.isPending && <Loading />}
          {list.data && (
            <ProceduresView
              procedures={list.data}
              search={search}
              onSearch={setSearch}
              filter={filter}
              onFilter={(name, value) =>
                setAddress(
                  (now) => {
                    if (value === '') now.delete(name);
                    else now.set(name, value);
                    return now;
                  },
                  { replace: true },
                )
              }
              onImport={() => setDropped('')}
            />
          )}
        </Page>
      </div>
      {importing !== null && (
        <ImportDialog
          initial={importing}
          onClose={() => {
            setDropped(null);
            setAddress(
              (now) => {
                now.delete('import');
                return now;
              },
              { replace: true },
            );
          }}
        />
      )}
    </>
  );
}
