// The whole life of a run through the TypeScript SDK; prints what was seen as one JSON object.
import Parallel from 'parallel-web';

const objective = process.env.OBJECTIVE!;
const unknown = 'findall_' + '0'.repeat(32);
const sent: string[] = [];
const client = new Parallel({
  fetch: (url, init) => {
    sent.push(`${init?.method} ${url}`);
    return fetch(url as any, init as any);
  },
});
const findall = client.beta.findall;

async function follow(id: string, params: any = undefined): Promise<any[]> {
  const events = [];
  for await (const event of await findall.events(id, params)) events.push(event);
  return events;
}

async function refused(call: () => PromiseLike<unknown>): Promise<any> {
  sent.length = 0;
  try {
    await call();
  } catch (error: any) {
    return {
      class: error.constructor.name,
      status: error.status,
      body: error.error,
      requests: sent.length,
    };
  }
  throw new Error('nothing was refused');
}

const seen: any = {};
const schema = await findall.ingest({ objective });
seen.ingest = schema;
const asked = {
  objective: schema.objective,
  entity_type: schema.entity_type,
  match_conditions: schema.match_conditions,
  generator: 'base' as const,
};
const run = await findall.create({ ...asked, match_limit: 5, metadata: { team: 'night', week: 7 } });
seen.created = run;
seen.dropped = [];
for await (const event of await findall.events(run.findall_id)) {
  seen.dropped.push(event);
  if (seen.dropped.length === 2) break;
}
seen.resumed = await follow(run.findall_id, { last_event_id: seen.dropped[1].event_id });
seen.replayed = await follow(run.findall_id);
seen.cut_short = await follow(run.findall_id, { timeout: 0 });
seen.retrieved = await findall.retrieve(run.findall_id);
seen.result = await findall.result(run.findall_id);
seen.schema = await findall.schema(run.findall_id);
const raw = await findall.retrieve(run.findall_id).withResponse();
seen.raw = {
  status: raw.response.status,
  type: raw.response.headers.get('content-type'),
  id: raw.data.findall_id,
};

let at = (await findall.result(run.findall_id)).last_event_id;
seen.extended = await findall.extend(run.findall_id, { additional_match_limit: 4 });
seen.extending = await follow(run.findall_id, { last_event_id: at });
seen.extended_result = await findall.result(run.findall_id);
at = (await findall.result(run.findall_id)).last_event_id;
seen.enriched = await findall.enrich(run.findall_id, {
  processor: 'base',
  output_schema: {
    type: 'json',
    json_schema: {
      type: 'object',
      properties: {
        country: { type: 'string', description: 'The country it is in.' },
        altitude: { type: 'number', description: 'Its altitude in metres.' },
      },
    },
  },
});
seen.enriching = await follow(run.findall_id, { last_event_id: at });
seen.enriched_result = await findall.result(run.findall_id);

const matched = seen.enriched_result.candidates.filter((x: any) => x.match_status === 'matched');
const again = await findall.create({
  ...asked,
  match_limit: 50,
  exclude_list: matched.map((x: any) => ({ name: x.name, url: x.url })),
});
seen.refreshed_id = again.findall_id;
seen.refreshing = await follow(again.findall_id);
seen.refreshed = await findall.result(again.findall_id);
const kept = (await findall.schema(run.findall_id)).enrichments![0];
seen.enriched_again = await findall.enrich(again.findall_id, kept);
await follow(again.findall_id);

const other = await findall.create({ ...asked, match_limit: 50 });
seen.cancelled_id = other.findall_id;
seen.cancel = await findall.cancel(other.findall_id);
seen.cancelled = await findall.retrieve(other.findall_id);
seen.cancelled_again = await refused(() => findall.cancel(other.findall_id));

seen.entity_search = await findall.entitySearch({
  entity_type: 'companies',
  objective,
  match_limit: 5,
});
seen.unknown = await refused(() => findall.retrieve(unknown));
seen.unknown_stream = await refused(() => findall.events(unknown));
seen.too_small = await refused(() => findall.create({ ...asked, match_limit: 4 }));
seen.extend_refused = await refused(() =>
  findall.extend(again.findall_id, { additional_match_limit: 5 }),
);
seen.bad_processor = await refused(() =>
  findall.enrich(run.findall_id, {
    processor: 'guess',
    output_schema: { type: 'json', json_schema: { type: 'object', properties: { a: {} } } },
  }),
);
console.log(JSON.stringify(seen));
