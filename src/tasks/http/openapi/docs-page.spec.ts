import { describe, expect, it } from 'vitest';
import { docsPage } from './docs-page.js';

describe('the page of the documentation', () => {
  it('loads what it is made of from beside it', () => {
    expect(docsPage('/docs', true)).toContain('src="docs/swagger-ui-bundle.js"');
    expect(docsPage('/docs/?a=/', true)).toContain('src="swagger-ui-bundle.js"');
  });

  it('says what it lacks where the package of its looks is not installed, and leads on', () => {
    const page = docsPage('/docs', false);
    expect(page).toContain('npm install swagger-ui-dist');
    expect(page).toContain('<a href="openapi.json">');
    expect(page).not.toContain('<script');
    expect(docsPage('/docs/', false)).toContain('<a href="../openapi.json">');
  });
});
