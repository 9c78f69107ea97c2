import requests
import time
from datetime import datetime

PARALLEL_API_KEY = "your_api_key"
BASE_URL = "https://api.parallel.ai/v1beta"
HEADERS = {
    "x-api-key": PARALLEL_API_KEY,
    "parallel-beta": "findall-2025-09-15",
    "Content-Type": "application/json"
}

# Store the original findall_id from your first run
ORIGINAL_FINDALL_ID = "findall_40e0ab8c10754be0b7a16477abb38a2f"

# Keep track of all discovered candidates across runs
all_discovered_candidates = []

def get_schema(findall_id):
    """Retrieve schema from a previous run"""
    response = requests.get(
        f"{BASE_URL}/findall/runs/{findall_id}/schema",
        headers=HEADERS
    )
    response.raise_for_status()
    return response.json()

def get_matched_candidates(findall_id):
    """Get all matched candidates from a run"""
    response = requests.get(
        f"{BASE_URL}/findall/runs/{findall_id}/result",
        headers=HEADERS
    )
    response.raise_for_status()
    candidates = response.json().get("candidates", [])
    return [c for c in candidates if c.get("match_status") == "matched"]

def create_scheduled_run(schema, exclude_candidates):
    """Create a new FindAll run with exclusions"""
    payload = {
        **schema,
        "generator": "core",
        "match_limit": 50,
        "exclude_list": exclude_candidates
    }

    response = requests.post(
        f"{BASE_URL}/findall/runs",
        headers=HEADERS,
        json=payload
    )
    response.raise_for_status()
    return response.json()["findall_id"]

def run_weekly_job():
    """Execute a scheduled FindAll job"""
    print(f"Starting scheduled job at {datetime.now()}")

    # Step 1: Get schema from original run
    schema = get_schema(ORIGINAL_FINDALL_ID)
    print(f"Retrieved schema: {schema['objective']}")

    # Step 2: Create new run with exclusions
    new_findall_id = create_scheduled_run(schema, all_discovered_candidates)
    print(f"Created new run: {new_findall_id}")

    # Step 3: Poll for completion (simplified)
    while True:
        response = requests.get(
            f"{BASE_URL}/findall/runs/{new_findall_id}",
            headers=HEADERS
        )
        status = response.json()["status"]["status"]

        if status in ["completed", "failed", "cancelled"]:
            break

        time.sleep(30)  # Poll every 30 seconds

    # Step 4: Get new matched candidates
    new_candidates = get_matched_candidates(new_findall_id)
    print(f"Found {len(new_candidates)} new candidates")

    # Step 5: Update exclude list for next run
    for candidate in new_candidates:
        all_discovered_candidates.append({
            "name": candidate["name"],
            "url": candidate["url"]
        })

    return new_candidates

# Run the job
if __name__ == "__main__":
    new_results = run_weekly_job()
