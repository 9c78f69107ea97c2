import Parallel from 'parallel-web';

const client = new Parallel({
  apiKey: process.env.PARALLEL_API_KEY
});

const run = await client.beta.findall.create({
  objective: "Find all portfolio companies of Khosla Ventures founded after 2020",
  entity_type: "companies",
  match_conditions: [
    {
      name: "khosla_ventures_portfolio_check",
      description: "Company must be a portfolio company of Khosla Ventures."
    },
    {
      name: "founded_after_2020_check",
      description: "Company must have been founded after 2020."
    }
  ],
  enrichments: [
    {
      name: "funding_amount",
      description: "Total funding raised by the company in USD"
    }
  ],
  generator: "core",
  match_limit: 50,
  exclude_list: [
    {
      name: "Anthropic",
      url: "https://www.anthropic.com/"
    },
    {
      name: "Adept AI",
      url: "https://adept.ai/"
    },
    {
      name: "Liquid AI",
      url: "https://www.liquid.ai/"
    }
  ]
});
