import Parallel from 'parallel-web';

const client = new Parallel({
  apiKey: process.env.PARALLEL_API_KEY
});

const schema = await client.beta.findall.schema("findall_40e0ab8c10754be0b7a16477abb38a2f");
