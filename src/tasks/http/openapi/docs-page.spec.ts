import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { docsAsset, docsPage } from './docs-page.js';

describe('the page of the documentation', () => {
  it('loads what it is made of from beside it', () => {
    expect(docsPage('/docs', 'session', true)).toContain('src="docs/swagger-ui-bundle.js"');
    expect(docsPage('/docs/?a=/', 'session', true)).toContain('src="swagger-ui-bundle.js"');
  });

  it('says what it lacks where the package of its looks is not installed, and leads on', () => {
    const page = docsPage('/docs', 'session', false);
    expect(page).toContain('npm install swagger-ui-dist');
    expect(page).toContain('<a href="openapi.json">');
    expect(page).not.toContain('<script');
    expect(docsPage('/docs/', 'session', false)).toContain('<a href="../openapi.json">');
  });

  it('sends to where it was loaded from, whatever a proxy has put in front of the paths', async () => {
    const sentTo = async (servedAs: string, loadedFrom: string) => {
      const [, path = ''] = /data-path="([^"]*)"/.exec(docsPage(servedAs, 'session', true)) ?? [];
      const shown: { servers?: unknown }[] = [];
      const window: { onload?: () => Promise<void> } = {};
      runInNewContext(String(docsAsset('start.js')!.content), {
        window,
        URL,
        document: { querySelector: () => ({ href: loadedFrom, dataset: { path } }) },
        fetch: async () => ({ ok: true, status: 200, json: async () => ({}) }),
        SwaggerUIBundle: ({ spec }: { spec: object }) => void shown.push(spec),
      });
      await window.onload!();
      return shown[0]!.servers;
    };
    expect(await sentTo('/scheduler/docs', 'https://host/scheduler/openapi.json')).toEqual([
      { url: 'https://host' },
    ]);
    expect(await sentTo('/scheduler/docs/', 'https://host/team/a/scheduler/openapi.json')).toEqual([
      { url: 'https://host/team/a' },
    ]);
  });

  it('takes nothing from its address that could end an attribute', () => {
    expect(docsPage('/x"><script>/docs', 'session', true)).not.toMatch(/"><script>|<script>/);
  });
});
