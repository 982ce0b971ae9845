/* SPDX-License-Identifier: MIT */
/*
 * Runs after Swagger UI, in the same file: shows it in place of the page's own list of operations,
 * which stays when anything fails. The addresses are relative to /docs.
 */
'use strict';

SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#viewer',
  deepLinking: true,
  displayRequestDuration: true,
  filter: true,
  validatorUrl: null, // or it would show the document to a service on the internet
  onComplete: () => {
    const isDark = matchMedia('(prefers-color-scheme: dark)').matches;

    document.documentElement.classList.toggle('dark-mode', isDark);
    document.getElementById('plain-style').remove();
    document.getElementById('plain').remove();
  },
});
