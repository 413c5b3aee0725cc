import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import { newQueryClient } from './shared/query';
import './styles.css';

function start(): void {
  const root = document.getElementById('root');
  if (!root) throw new Error('index.html has no #root');
  createRoot(root).render(
    <StrictMode>
      <App client={newQueryClient()} />
    </StrictMode>,
  );
}

/* boot.js runs in the head, so that the theme is there first: the body may still be to come */
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
else start();
