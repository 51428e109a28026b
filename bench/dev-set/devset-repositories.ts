/** Names the repositories of the development set, each with the commit that its history is read from and its split. */

export type Split = 'tuning' | 'heldout';

/** `head` pins the history, so that a newer clone gives the same records. */
export type PlannedRepository = { repository: string; split: Split; head: string };

/**
 * Thirteen repositories for tuning and thirteen held out, half of each mostly TypeScript (first) and half mostly JavaScript.
 * Left out on purpose: repositories of public issue-localization benchmarks (SWE-bench and its multimodal and
 * multilingual forms, Multi-SWE-bench, SWE-PolyBench), such as vuejs/core, mui/material-ui, sveltejs/svelte,
 * expressjs/express, axios/axios, eslint/eslint and prettier/prettier, because those are what retrieval is measured
 * on afterwards. A repository never changes its split: a figure on held-out ones would mean nothing any more.
 */
export const plannedRepositories: readonly PlannedRepository[] = [
  { repository: 'adobe/react-spectrum', split: 'tuning', head: '5d191ab94472daa8fa53d02e3c425639c2f381a7' },
  { repository: 'angular/components', split: 'tuning', head: 'ef620d83d55275276d313be8ffc47fb5e282068e' },
  { repository: 'microsoft/playwright', split: 'tuning', head: 'd4e1023f6c03a8dced50eb3db88c2217e7c1a86a' },
  { repository: 'trpc/trpc', split: 'tuning', head: '340811ba5320637fbaf48fccf3dbfdd258bd34db' },
  { repository: 'typeorm/typeorm', split: 'tuning', head: '281bfba42a5813b106bcf5ba79bc7f7251bd1e73' },
  { repository: 'vitejs/vite', split: 'tuning', head: 'a98c8d95d552c6fa98ab66fb810f5b39ad5abf49' },
  { repository: 'withastro/astro', split: 'tuning', head: '99d3d3dbbfa4fd7b128a056337f1a719437a7377' },
  { repository: 'Automattic/mongoose', split: 'tuning', head: '3e212cec87dbf710216a3c6125121aefa60a4475' },
  { repository: 'fastify/fastify', split: 'tuning', head: '83e69762aff047940b376fc2a266d143499ef727' },
  { repository: 'mochajs/mocha', split: 'tuning', head: 'e6b9ee773481fd739ae24caeb42f32ac0b010f95' },
  { repository: 'playcanvas/engine', split: 'tuning', head: '0aaef5e432c4797ed23c1f966e2cc43232ec0613' },
  { repository: 'stylelint/stylelint', split: 'tuning', head: '28cff889946ec3f53036f54cc08c04c425451245' },
  { repository: 'webpack/webpack', split: 'tuning', head: 'bc3e930f75e3f6ecbdf193a0dedf6067ea3a286b' },
  { repository: 'TanStack/query', split: 'heldout', head: '40321a0b1b3bdd0afa11f0e439642ab84cdf6afe' },
  { repository: 'apollographql/apollo-client', split: 'heldout', head: '54084bc22e92651cf153d03d0370b8dff3d1163f' },
  { repository: 'chakra-ui/chakra-ui', split: 'heldout', head: '5b7600870a5187b2ae15be2c976382e771e9d623' },
  { repository: 'excalidraw/excalidraw', split: 'heldout', head: '4872083c044491b6d5c96ae134a75464f96d6831' },
  { repository: 'palantir/blueprint', split: 'heldout', head: 'ee26faf0ad8fe4bfd8ccbecf510d8ab385342003' },
  { repository: 'prisma/prisma', split: 'heldout', head: '9b75b95503c2f8fdfc75319e5b158912e11aae81' },
  {
    repository: 'typescript-eslint/typescript-eslint',
    split: 'heldout',
    head: '56c9ed90d0aee0b5a71cfc39fc76b715b82e3ea8',
  },
  { repository: 'jsdom/jsdom', split: 'heldout', head: '52be38ea0ce303b0756c7086ce8b3b9d74b0553b' },
  { repository: 'knex/knex', split: 'heldout', head: 'e25d54bcb707714a17f5a5744eba5c4246bb4d1d' },
  { repository: 'meteor/meteor', split: 'heldout', head: '024061123a49ff1d4b89d69453ec9263ef8599e1' },
  { repository: 'nodejs/undici', split: 'heldout', head: '7eb7c8ec8f23acd9c3da93a286162f8c1dc68326' },
  { repository: 'npm/cli', split: 'heldout', head: '780afc50e3a345feb1871a28e33fa48235bc3bd5' },
  { repository: 'videojs/video.js', split: 'heldout', head: '1ce2b219f450842455e120518bf669e1d5b2ae38' },
];
