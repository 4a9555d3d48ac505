import { QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { client } from './api/query-client.js';
import { App } from './app.js';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/parts.css';
import './styles/forms.css';
import './styles/pages.css';

createRoot(document.getElementById('page')!).render(
  <QueryClientProvider client={client}>
    <App />
  </QueryClientProvider>,
);
