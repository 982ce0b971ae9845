// SPDX-License-Identifier: MIT
//
// Serves the test apps, on another origin than Connect's: `/` does what its driver says,
// `/redirect` calls continue(), `/severed` too but has lost its opener, `/silent` never does, and
// `/three-lines/NAME/` is the app of the README with a back end of its own.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

// Not `import`: require() also looks where NODE_PATH says.
const { build } = createRequire(import.meta.url)('esbuild');

const folder = new URL('apps/', import.meta.url).pathname;

// The launcher with our apps around it: script by its address.
async function bundle(host) {
  const { outputFiles } = await build({
    entryPoints: [`${folder}app.js`, `${folder}three_lines.js`],
    bundle: true,
    define: { CONNECT_HOST: JSON.stringify(host) },
    format: 'esm',
    nodePaths: [process.env.NODE_PATH],
    outdir: '/',
    target: 'es2022',
    write: false,
  });
  return new Map(outputFiles.map(({ path, contents }) => [path, contents]));
}

function page(script) {
  return `<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Your budget app</title>
<link rel="icon" href="data:,">
<body style="font: 16px sans-serif; margin: 24px; background: #dfe8f5; color: #123">
<h1>Your budget app</h1>
${script ? `<script type="module" src="${script}"></script>` : ''}
</html>
`;
}

const pages = new Map([
  ['/', { html: page('/app.js') }],
  ['/redirect', { html: page('/app.js') }],
  ['/severed', { html: page('/app.js'), more: { 'Cross-Origin-Opener-Policy': 'same-origin' } }],
  ['/silent', { html: page(null) }],
]);

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request)
    chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
}

export async function serveApps(connectHost) {
  const scripts = await bundle(connectHost);
  const backEnds = new Map(); // of three-line apps, by name

  async function answer(request, reply) {
    const { pathname } = new URL(request.url, 'http://app');
    const [, name, part] = pathname.match(/^\/three-lines\/([^/]+)\/(.*)$/) ?? [];
    if (part === '') {
      reply.writeHead(200, { 'Content-Type': 'text/html' }).end(page('/three_lines.js'));
    } else if (part) {
      const { exchangeable_token: token } = await bodyOf(request);
      const backEnd = backEnds.get(name);
      const body = token ? await backEnd.exchange(token)
        : { link_session_token: await backEnd.session() };
      reply.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    } else if (scripts.has(pathname)) {
      reply.writeHead(200, { 'Content-Type': 'text/javascript' }).end(scripts.get(pathname));
    } else if (pages.has(pathname)) {
      const { html, more } = pages.get(pathname);
      reply.writeHead(200, { 'Content-Type': 'text/html', ...more }).end(html);
    } else {
      reply.writeHead(404).end();
    }
  }

  const server = createServer((request, reply) => {
    answer(request, reply).catch((error) => reply.writeHead(500).end(error.message));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  return {
    localhost: `http://localhost:${port}`,
    numeric: `http://127.0.0.1:${port}`,
    // The address of a three-line app with this back end.
    threeLines(name, backEnd) {
      backEnds.set(name, backEnd);
      return `http://localhost:${port}/three-lines/${name}/`;
    },
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
