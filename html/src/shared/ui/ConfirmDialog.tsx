import { useMutation, useQueryClient, type QueryKey } from '@tanstack/react-query';
import { Button } from './Button';
import { Dialog } from './Dialog';
import { ErrorNote } from './Notes';
import { useToast } from './Toast';

interface ConfirmDialogProps {
  title: string;
  lead: string;
  act: string;
  done: string;
  spoils: QueryKey;
  onDo: () => Promise<unknown>;
  onClose: () => void;
}

/** Asks once more before something that has no way back. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, lead, act, done, spoils, onDo, onClose } = props;
  const client = useQueryClient();
  const toast = useToast();
  const send = useMutation({
    mutationFn: onDo,
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: spoils });
      toast.say(done);
      onClose();
    },
  });
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Not now</Button>
          <Button kind="danger" busy={send.isPending} onClick={() => send.mutate()}>
            {act}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <p>{lead}</p>
        {send.isError && <ErrorNote error={send.error} />}
      </div>
    </Dialog>
  );
}
