// `node audit.js URL`: the audits of GraphQL over HTTP by `graphql-http`, against a server that is running.
// Every one of them has to be ok: a notice or a warning ends this with 1, as an error does, and so does another number.
import { serverAudits } from 'graphql-http';

const AUDITS = 61;
const [url] = process.argv.slice(2);
if (!url) {
  console.error('usage: node audit.js URL');
  process.exit(2);
}
const audits = serverAudits({ url });
const results = await Promise.all(audits.map((audit) => audit.fn()));
const failed = results.filter((result) => result.status !== 'ok');
for (const { id, name, status, reason } of failed) {
  console.error(`${status} ${id} ${name}: ${reason}`);
}
console.log(`GraphQL over HTTP: ${results.length - failed.length} of ${results.length} audits are ok.`);
if (failed.length > 0 || results.length !== AUDITS) {
  process.exit(1);
}
