import { useToast } from './Toast';
import { IconButton } from './Button';

/** Puts a text on the clipboard.  The clipboard API is missing on plain http: then says so. */
export function CopyButton({
  text,
  name,
  className,
}: {
  text: string;
  name: string;
  className?: string;
}) {
  const toast = useToast();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      toast.say('Copied');
    } catch {
      toast.say('The browser does not allow copying here', 'wait', 'Select the text instead');
    }
  };
  return <IconButton icon="copy" name={name} onClick={() => void copy()} className={className} />;
}
