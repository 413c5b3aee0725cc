import { useMutation, useQueryClient, type QueryKey } from '@tanstack/react-query';
import { ActDialog } from './ActDialog';
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
    <ActDialog
      title={title}
      act={act}
      kind="danger"
      busy={send.isPending}
      error={send.error}
      onDo={() => send.mutate()}
      onClose={onClose}
    >
      <p>{lead}</p>
    </ActDialog>
  );
}
