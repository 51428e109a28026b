/** What foreign servers are bounded by, whatever they send. */

/** Of one result, as a model is shown it. */
export const resultBounds = { characters: 10_000, parts: 50 } as const;

/** Of one message, as it comes: beyond it the server is left. */
export const messageBytes = 4_000_000;

/** Of what a server says of itself. */
export const listBounds = { pages: 20, tools: 500, descriptionCharacters: 1_000, schemaCharacters: 20_000 } as const;

/** To start or reach a server, and for it to say what it has. */
export const connectSeconds = 60;
export const listSeconds = 10;

/** What is kept of the last words of a server that ended. */
export const lastWordsCharacters = 300;
