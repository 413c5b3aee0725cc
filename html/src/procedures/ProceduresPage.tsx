import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState, type DragEvent } from 'react';
import { useSettled } from '../shared/hooks';
import { keys } from '../shared/query';
import { Button } from '../shared/ui/Button';
import { ErrorNote, Loading } from '../shared/ui/Notes';
import { Page } from '../shared/ui/Page';
import { useToast } from '../shared/ui/Toast';
import { listProcedures } from './api';
import { ImportDialog } from './ImportDialog';
import { ProceduresView } from './ProceduresView';

export function ProceduresPage() {
  const [search, setSearch] = useState('');
  const [status, setStatus] = useState('');
  const [importing, setImporting] = useState<string | null>(null);
  const toast = useToast();
  const settled = useSettled(search.trim());
  const list = useQuery({
    queryKey: [...keys.procedures, 'list', settled, status],
    queryFn: () => listProcedures(settled, status),
    placeholderData: keepPreviousData,
  });

  const take = async (event: DragEvent) => {
    event.preventDefault();
    const file = event.dataTransfer.files[0];
    const text = file ? await file.text() : event.dataTransfer.getData('text/plain');
    if (text) setImporting(text);
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
            <Button kind="primary" icon="import" onClick={() => setImporting('')}>
              Import
            </Button>
          }
        >
          {list.isError && <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
          {list.isPending && <Loading />}
          {list.data && (
            <ProceduresView
              procedures={list.data}
              search={search}
              onSearch={setSearch}
              status={status}
              onStatus={setStatus}
              onImport={() => setImporting('')}
            />
          )}
        </Page>
      </div>
      {importing !== null && (
        <ImportDialog initial={importing} onClose={() => setImporting(null)} />
      )}
    </>
  );
}
