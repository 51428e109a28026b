/** Questions that the repository does not answer: about what other projects have, and about names that stand nowhere. */
import type { Candidate, QuestionRoute } from '../../contracts/evaluation/question-making.ts';
import { splitCase } from '../../lib/words.ts';
import { idOf, sentence } from '../candidate.ts';
import type { Corpus } from '../corpus.ts';

/** What no file may hold, and a question about it for each route that could have one. */
type Foreign = { absent: string[] } & Partial<Record<QuestionRoute, string>>;

const foreign: Foreign[] = [
  {
    absent: ['graphql'],
    code: 'Which module resolves the GraphQL queries, and how are its resolvers registered',
    docs: 'Where is it described how to add a GraphQL schema',
  },
  {
    absent: ['kubernetes', 'k8s'],
    docs: 'What do the docs recommend for a deployment on Kubernetes',
    general: 'Who maintains the Kubernetes operator for it',
  },
  {
    absent: ['redis'],
    code: 'How is the connection to Redis pooled and closed',
    debug: 'It logs "Redis connection lost" after an hour of idling. Where does that come from',
  },
  {
    absent: ['kafka'],
    code: 'Where are the offsets of the Kafka consumer committed',
    debug: 'The Kafka consumer rebalances every few minutes. What decides its session timeout',
  },
  {
    absent: ['mongodb', 'mongo'],
    code: 'How are the indexes of the MongoDB collections created at the start',
    docs: 'How does one point it at a MongoDB replica set',
  },
  {
    absent: ['postgres', 'postgresql'],
    code: 'In which transaction isolation does it write to Postgres',
    docs: 'Which Postgres versions does the documentation name as supported',
  },
  {
    absent: ['oauth'],
    docs: 'How do I register the redirect URL for the OAuth login',
    debug: 'The OAuth login ends with "invalid_grant" on the second refresh. Which code handles that',
  },
  { absent: ['ldap'], docs: 'How is the LDAP bind user configured', code: 'Which function maps LDAP groups to roles' },
  {
    absent: ['stripe'],
    code: 'Where are the webhooks of Stripe verified',
    general: 'Which fee does the project take on payments through Stripe',
  },
  {
    absent: ['terraform'],
    docs: 'Which Terraform provider manages it',
    general: 'In which release did the Terraform module move to a repository of its own',
  },
  {
    absent: ['webrtc'],
    code: 'How are ICE candidates exchanged for the WebRTC connection',
    debug: 'WebRTC calls drop behind a symmetric NAT. Where is the TURN fallback chosen',
  },
  {
    absent: ['grpc'],
    code: 'Which interceptor adds the deadline to gRPC calls',
    docs: 'How does one turn on reflection in the gRPC server',
  },
  {
    absent: ['elasticsearch'],
    code: 'Which analyzer do the Elasticsearch mappings use',
    debug: 'Bulk writes to Elasticsearch answer 429. How often does it try again',
  },
  {
    absent: ['bluetooth'],
    docs: 'How do I pair a Bluetooth device with it',
    debug: 'Bluetooth discovery finds nothing on Linux. Which permission does it ask for',
  },
  {
    absent: ['cuda'],
    docs: 'Which CUDA version do the GPU builds need',
    general: 'Which graphics cards do they test the CUDA kernels on',
  },
  {
    absent: ['blockchain', 'ethereum'],
    code: 'How are Ethereum addresses checksummed',
    general: 'Which blockchain does the project settle its token on',
  },
  {
    absent: ['saml'],
    docs: 'How is the SAML metadata of the identity provider imported',
    debug: 'SAML logins fail with a clock skew of two minutes. What is tolerated',
  },
  {
    absent: ['twilio'],
    code: 'Where are the text messages handed to Twilio',
    debug: 'Twilio answers error 21610 for some numbers. Does the code react to it',
  },
  {
    absent: ['prometheus'],
    docs: 'On which port are the metrics for Prometheus served',
    code: 'Which histogram buckets are registered for Prometheus',
  },
  {
    absent: ['sentry'],
    code: 'What is scrubbed from events before they go to Sentry',
    docs: 'How does one set the DSN for Sentry',
  },
  {
    absent: ['electron'],
    general: 'From which version on is the desktop app built on Electron',
    debug: 'The Electron window stays white after an update. Which cache is to blame',
  },
  {
    absent: ['rabbitmq', 'amqp'],
    code: 'How is the dead letter exchange of RabbitMQ declared',
    debug: 'Messages are redelivered by RabbitMQ in a loop. Where are they acknowledged',
  },
  {
    absent: ['websocket'],
    code: 'After how many missed pongs is a WebSocket closed',
    debug: 'The WebSocket closes with code 1006 behind a proxy. Where is the keep-alive sent',
  },
  {
    absent: ['subscription plan', 'pricing tier'],
    general: 'How much does a seat cost in the enterprise tier',
    docs: 'What is the difference between the pricing tiers',
  },
  { absent: ['hackathon'], general: 'Who won the last hackathon of the project, and with what' },
  { absent: ['newsletter'], general: 'How often does the newsletter of the project come out' },
  {
    absent: ['steering committee', 'technical committee'],
    general: 'Who sits on the steering committee, and for how long',
  },
  { absent: ['bug bounty', 'bounties'], general: 'What does the bug bounty pay for a critical finding' },
];

export function foreignCandidates(): Candidate[] {
  return foreign.flatMap(({ absent, ...questions }) =>
    Object.entries(questions).map(([route, question]) => unanswerable(route as QuestionRoute, question, absent)),
  );
}

const others = [
  'drain',
  'throttle',
  'rebalance',
  'hydrate',
  'quarantine',
  'snapshot',
  'mirror',
  'partition',
  'escrow',
  'backfill',
];

/** Names as the code forms them, of words that it uses: each of them is checked to stand nowhere. */
export function inventedCandidates({ files, definitions }: Corpus): Candidate[] {
  const names = [...definitions.keys()].filter((name) =>
    /^[a-z]+(?:_[a-z]+){1,3}$|^[a-z]+(?:[A-Z][a-z]+){1,3}$/.test(name),
  );
  return names.sort().flatMap((name, at) => {
    const verb = others[at % others.length] ?? 'drain';
    const [, ...rest] = splitCase(name).replaceAll('_', ' ').split(' ');
    const invented = name.includes('_') ? [verb, ...rest].join('_') : verb + rest.join('');
    if (rest.length === 0 || rest.join('').length < 5) return [];
    const made = [
      unanswerable('code', `What does \`${invented}\` return when it is given nothing to work on`, [invented]),
    ];
    if (at % 2 === 0)
      made.push(
        unanswerable('debug', `\`${invented}\` throws in production, with no message at all. What makes it throw`, [
          invented,
        ]),
      );
    return files.length === 0 ? [] : made;
  });
}

function unanswerable(route: QuestionRoute, question: string, absent: string[]): Candidate {
  const empty = { places: [], facts: [], secrets: [], reference: null, excerpt: '' };
  return {
    id: idOf('absent', route, question),
    source: 'absent',
    route,
    kind: 'unanswerable',
    question: sentence(question),
    absent,
    ...empty,
  };
}
