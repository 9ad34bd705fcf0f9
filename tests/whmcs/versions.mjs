// Run a PHP script in one version of npm's WebAssembly PHP, with folders of this machine in its file system.
// Usage: node versions.mjs NODE_MODULES VERSION FOLDER=PLACE... -- SCRIPT [ARGUMENT...]
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, version, ...rest] = process.argv.slice(2);
const command = rest.splice(rest.indexOf("--")).slice(1);
const found = createRequire(`${modules}/`);
const load = (name) => import(pathToFileURL(found.resolve(name)));
const { PHP } = await load("@php-wasm/universal");
const { loadNodeRuntime, createNodeFsMountHandler } = await load("@php-wasm/node");

const php = new PHP(await loadNodeRuntime(version, { emscriptenOptions: { processId: 1 } }));
for (const mount of rest) {
  const [folder, place] = mount.split("=");
  php.mkdir(place);
  await php.mount(place, createNodeFsMountHandler(folder));
}
const done = await php.cli(["php", ...command]);
process.stdout.write(await done.stdoutText);
process.stderr.write(await done.stderrText);
process.exit(await done.exitCode);
