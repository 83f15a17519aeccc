// The peer of the benchmark: PouchDB replicating to an express-pouchdb server, both over LevelDB.
//
//   node pouchdb_peer.mjs server FOLDER            prints {"url"} and serves until it is ended
//   node pouchdb_peer.mjs client FOLDER URL FILE   puts the JSON lines of FILE into a database of its
//                                                  own, replicates it to URL, prints {"sent", "seconds"}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import PouchDB from 'pouchdb';

const [role, folder, url, file] = process.argv.slice(2);

if (role === 'server') {
  const { default: express } = await import('express');
  const { default: expressPouch } = await import('express-pouchdb');
  const Stored = PouchDB.defaults({ prefix: join(folder, '/') });
  const app = express();
  app.use('/', expressPouch(Stored, { mode: 'minimumForPouchDB', logPath: join(folder, 'log.txt'), inMemoryConfig: true }));
  const server = app.listen(0, '127.0.0.1', () => {
    console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` }));
  });
} else {
  const local = new PouchDB(join(folder, 'records'));
  const records = readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  await local.bulkDocs(records.map((record) => ({ _id: record.op_id, ...record })));
  const started = performance.now();
  const result = await local.replicate.to(`${url}/records`);
  const seconds = (performance.now() - started) / 1000;
  if (!result.ok || result.docs_written !== records.length) {
    throw new Error('not everything arrived');
  }
  console.log(JSON.stringify({ sent: result.docs_written, seconds }));
}
