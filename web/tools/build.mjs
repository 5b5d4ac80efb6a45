// Builds the applications, one after another: `node tools/build.mjs [--dev] [--out FOLDER] [app …]`.
// Each is made in dist.stage and moved to FOLDER (dist) when it is whole; builds of one application wait for each other.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const all = ['market', 'business', 'pos', 'console'];
const args = process.argv.slice(2);
const dev = args.includes('--dev');
const out = path.resolve(root, args.includes('--out') ? args[args.indexOf('--out') + 1] : 'dist');
const named = args.filter((a, n) => !a.startsWith('--') && args[n - 1] !== '--out');
const unknown = named.filter((a) => !all.includes(a));
if (unknown.length) {
  console.error(`no such application: ${unknown.join(', ')}; there are ${all.join(', ')}`);
  process.exit(2);
}

function run(script, ...rest) {
  return (
    spawnSync(process.execPath, [path.join(root, script), ...rest], { cwd: root, stdio: 'inherit' }).status ??
    1
  );
}

const LOCK_STALE_MS = 5 * 60_000;

// A folder is made by one process only: whoever makes it holds the lock. A build that was killed leaves it behind.
async function locked(app, work) {
  const lock = path.join(root, 'dist.stage', `${app}.lock`);
  mkdirSync(path.dirname(lock), { recursive: true });
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch {
      const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age > LOCK_STALE_MS) rmSync(lock, { recursive: true, force: true });
      else await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
  try {
    return work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

if (run('tools/api.mjs') !== 0) process.exit(1);
for (const app of named.length ? named : all) {
  console.log(`— ${app}`);
  const status = await locked(app, () => {
    const built = run(
      'node_modules/@angular/cli/bin/ng.js',
      'build',
      app,
      ...(dev ? ['-c', 'development'] : []),
    );
    if (built === 0) {
      rmSync(path.join(out, app), { recursive: true, force: true });
      cpSync(path.join(root, 'dist.stage', app), path.join(out, app), { recursive: true });
    }
    return built;
  });
  if (status !== 0) process.exit(status);
}
