import { startServer } from './cluster.ts';
const s = await startServer();
console.log(s.folder);
setTimeout(async () => {
  await s.close();
  process.exit(0);
}, 180000);
