/** What a tool of one's own is made of: the entry `tools` of the npm package. */
export { ToolMisuse } from './path-filter.ts';
export { type Place, placesAround, renderPlaces, type ToolRun } from './rendering.ts';
export { countParameter, defineTool, pathParameter, type Tool } from './tool-table.ts';
