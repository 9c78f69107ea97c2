// Imported before a script of somebody else's: its half-minute naps become short.
const wait = globalThis.setTimeout;
globalThis.setTimeout = (call, ms, ...rest) => wait(call, ms === 30000 ? 200 : ms, ...rest);
