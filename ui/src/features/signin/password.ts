/** Characters of the shortest password that the server takes. */
export const SHORTEST = 12
