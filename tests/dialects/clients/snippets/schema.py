from parallel import Parallel

client = Parallel(api_key="YOUR_API_KEY")

schema = client.beta.findall.schema(
    findall_id="findall_40e0ab8c10754be0b7a16477abb38a2f"
)
