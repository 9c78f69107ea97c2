import axios from 'axios';

const PARALLEL_API_KEY = 'your_api_key';
const BASE_URL = 'https://api.parallel.ai/v1beta';
const HEADERS = {
  'x-api-key': PARALLEL_API_KEY,
  'parallel-beta': 'findall-2025-09-15',
  'Content-Type': 'application/json',
};

// Store the original findall_id from your first run
const ORIGINAL_FINDALL_ID = 'findall_40e0ab8c10754be0b7a16477abb38a2f';

// Keep track of all discovered candidates across runs
let allDiscoveredCandidates: Array<{ name: string; url: string }> = [];

async function getSchema(findallId: string) {
  const response = await axios.get(
    `${BASE_URL}/findall/runs/${findallId}/schema`,
    { headers: HEADERS }
  );
  return response.data;
}

async function getMatchedCandidates(findallId: string) {
  const response = await axios.get(
    `${BASE_URL}/findall/runs/${findallId}/result`,
    { headers: HEADERS }
  );
  const candidates = response.data.candidates || [];
  return candidates.filter((c: any) => c.match_status === "matched");
}

async function createScheduledRun(
  schema: any,
  excludeCandidates: Array<{ name: string; url: string }>
) {
  const payload = {
    ...schema,
    generator: 'core',
    match_limit: 50,
    exclude_list: excludeCandidates,
  };

  const response = await axios.post(
    `${BASE_URL}/findall/runs`,
    payload,
    { headers: HEADERS }
  );
  return response.data.findall_id;
}

async function runWeeklyJob() {
  console.log(`Starting scheduled job at ${new Date()}`);

  // Step 1: Get schema from original run
  const schema = await getSchema(ORIGINAL_FINDALL_ID);
  console.log(`Retrieved schema: ${schema.objective}`);

  // Step 2: Create new run with exclusions
  const newFindallId = await createScheduledRun(schema, allDiscoveredCandidates);
  console.log(`Created new run: ${newFindallId}`);

  // Step 3: Poll for completion
  let status = 'running';
  while (!['completed', 'failed', 'cancelled'].includes(status)) {
    await new Promise(resolve => setTimeout(resolve, 30000)); // Wait 30 seconds

    const response = await axios.get(
      `${BASE_URL}/findall/runs/${newFindallId}`,
      { headers: HEADERS }
    );
    status = response.data.status.status;
  }

  // Step 4: Get new matched candidates
  const newCandidates = await getMatchedCandidates(newFindallId);
  console.log(`Found ${newCandidates.length} new candidates`);

  // Step 5: Update exclude list for next run
  newCandidates.forEach((candidate: any) => {
    allDiscoveredCandidates.push({
      name: candidate.name,
      url: candidate.url,
    });
  });

  return newCandidates;
}

// Run the job
runWeeklyJob();
